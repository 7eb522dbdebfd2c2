//! What services lean on.

use crate::contract::yaml::{Node, Value};

use super::super::checker::Checker;

/// A service runs an image.
pub(super) fn image_or_build(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    let sources = ["image", "build", "extends", "provider"];
    if checker.whole && !sources.iter().any(|key| node.get(key).is_some()) {
        checker.report_accepting(
            place,
            "a service needs an `image` or a `build`".to_owned(),
            ["image", "build"],
        );
    }
}

/// What a service leans on must be there; a part of a file may leave that out, and so may one that includes others.
pub(super) fn defined(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    if !checker.whole || node.get("include").is_some() {
        return;
    }
    let Some(services) = node.get("services") else { return };
    for (_, service) in services.entries() {
        for (key, section) in [("depends_on", services), ("networks", node.get("networks").unwrap_or(node))] {
            let named = service.get(key).map(names).unwrap_or_default();
            for name in named {
                let text = name.text().unwrap_or_default();
                // Every project has this network.
                let given = section.get(text).is_some() || (key == "networks" && text == "default");
                if !given && !text.contains('$') {
                    let what = if key == "depends_on" { "service" } else { "network" };
                    checker.report(name, format!("there is no {what} `{text}` in this file"));
                }
            }
        }
        volumes(checker, node, service);
    }
}

fn volumes(checker: &mut Checker<'_>, node: &Node, service: &Node) {
    for volume in service.get("volumes").map(Node::items).unwrap_or_default() {
        let Some((source, _)) = volume.text().and_then(|text| text.split_once(':')) else { continue };
        let path = source.contains(['/', '\\', '$', '~', '.']) || source.len() < 2;
        if !path && node.get("volumes").is_none_or(|volumes| volumes.get(source).is_none()) {
            checker.report(volume, format!("there is no volume `{source}` in this file"));
        }
    }
}

fn names(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::Seq(items) => items.iter().collect(),
        Value::Map(entries) => entries.iter().map(|(name, _)| name).collect(),
        Value::Scalar { .. } => Vec::new(),
    }
}
