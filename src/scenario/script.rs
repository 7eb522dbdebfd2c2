//! What personas and their steps mean.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::persona::{OriginFile, PersonaFile, StepFile};
use super::resolve::Resolver;
use crate::contract::yaml::{Located, nearest};
use crate::load::{Persona, SESSION, Script, Step, Template};
use crate::observe::Origin;

/// What a step may use: the session's number and what earlier steps extract.
pub(super) type Names = BTreeSet<String>;

impl Resolver<'_> {
    pub(super) fn personas(&mut self, typed: Vec<Located<PersonaFile>>) -> Vec<(Persona, u32)> {
        let (mut names, mut personas) = (BTreeSet::new(), Vec::new());
        for entry in typed {
            let weight = self.in_range("weight", entry.weight, 1, 1_000_000).unwrap_or(1);
            personas.extend(self.persona(entry, &mut names).map(|persona| (persona, weight)));
        }
        personas
    }

    fn persona(&mut self, entry: Located<PersonaFile>, names: &mut BTreeSet<String>) -> Option<Persona> {
        let Located { value: entry, line, column } = entry;
        if let Some(built_in) = entry.persona {
            let own = [
                ("name", entry.name.is_some()),
                ("origin", entry.origin.is_some()),
                ("steps", entry.steps.is_some()),
            ];
            for (key, _) in own.into_iter().filter(|(_, given)| *given) {
                let message = format!("`{}` is built in: it takes no `{key}`", built_in.name());
                self.report(built_in.line, built_in.column, message, &[]);
            }
            return Some(built_in.value);
        }
        let wanted = match (&entry.name, &entry.steps) {
            (None, None) => Some("`persona`, or `name` and `steps`"),
            (None, Some(_)) => Some("a `name`"),
            (Some(_), None) => Some("`steps`"),
            (Some(_), Some(_)) => None,
        };
        if let Some(wanted) = wanted
            && self.clean
        {
            let built_in: Vec<String> =
                Persona::ALL.iter().map(|p| format!("persona: {}", p.name())).collect();
            let accepted = if entry.name.is_none() && entry.steps.is_none() { built_in } else { Vec::new() };
            self.report(line, column, format!("a persona needs {wanted}"), &accepted);
        }
        if let Some(name) = &entry.name {
            self.persona_name(name, names);
        }
        let name = self.name(entry.name);
        let steps = self.steps(entry.steps?);
        let origin = entry.origin.map_or(Origin::Traffic, |origin| match origin.value {
            OriginFile::Traffic => Origin::Traffic,
            OriginFile::Probe => Origin::Probe,
        });
        Some(Persona::Scripted(Arc::new(Script { name, origin, steps })))
    }

    fn persona_name(&mut self, name: &Located<String>, names: &mut BTreeSet<String>) {
        let message = if Persona::ALL.iter().any(|persona| persona.name() == name.value) {
            format!("`{name}` is a built-in persona; choose another name")
        } else if !names.insert(name.value.clone()) {
            format!("persona `{name}` is there twice")
        } else {
            return;
        };
        self.report(name.line, name.column, message, &[]);
    }

    fn steps(&mut self, typed: Located<Vec<Located<StepFile>>>) -> Vec<Step> {
        if typed.value.is_empty() && self.clean {
            self.report(typed.line, typed.column, "there is no step".to_owned(), &[]);
        }
        let mut known = Names::from([SESSION.to_owned()]);
        typed.value.into_iter().map(|step| self.step(step, &mut known)).collect()
    }

    fn step(&mut self, typed: Located<StepFile>, known: &mut Names) -> Step {
        let Located { value: typed, line, column } = typed;
        let pause = typed.pause.unwrap_or_default().0;
        if let Some(request) = &typed.request {
            let request = request.clone();
            return Step { pause, request: Some(self.request(&request, typed, known)) };
        }
        let idle = [
            ("route", typed.route.is_some()),
            ("headers", !typed.headers.is_empty()),
            ("body", typed.body.is_some()),
            ("expect", typed.expect.is_some()),
            ("extract", !typed.extract.is_empty()),
            ("until", typed.until.is_some()),
            ("every", typed.every.is_some()),
            ("tries", typed.tries.is_some()),
        ];
        let idle: Vec<String> =
            idle.iter().filter(|(_, given)| *given).map(|(key, _)| format!("`{key}`")).collect();
        // Where something was mistyped, the request may be that.
        if self.clean && !idle.is_empty() {
            let message = format!("{} without a `request` in the same step", idle.join(", "));
            self.report(line, column, message, &[]);
        } else if self.clean && typed.pause.is_none() {
            self.report(line, column, "a step needs `request` or `pause`".to_owned(), &[]);
        }
        Step { pause, request: None }
    }

    /// Reads text with names in it, each of which must be known.
    pub(super) fn template(&mut self, text: &Located<String>, known: &Names) -> Template {
        match Template::parse(&text.value) {
            Ok(template) => {
                let strange = template.names().filter(|name| !known.contains(*name));
                // What is defined in a part that was mistyped only looks undefined.
                let strange: Vec<String> = strange.filter(|_| self.clean).map(str::to_owned).collect();
                for name in strange {
                    let meant = nearest(&name, known.iter().map(String::as_str));
                    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
                    let known: Vec<String> = known.iter().cloned().collect();
                    let message = format!("no earlier step extracts `{name}`{meant}");
                    self.report(text.line, text.column, message, &known);
                }
                template
            }
            Err(mistakes) => {
                for mistake in mistakes {
                    self.report(text.line, text.column, mistake.to_string(), &[]);
                }
                Template::default()
            }
        }
    }
}
