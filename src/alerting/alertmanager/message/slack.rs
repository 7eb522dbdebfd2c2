//! Slack's incoming webhooks: one attachment a message.

use std::collections::BTreeMap;

use super::super::config::{Slack, SlackAction, SlackField};
use super::json::{Object, list, text};
use super::texts::Texts;
use super::{Message, Release, limit};

/// The longest title, in characters; Slack itself cuts it there.
const MOST_TITLE: usize = 1024;

/// Where Slack reads its markup, if nothing else is said.
const MARKUP: [&str; 3] = ["fallback", "pretext", "text"];

/// The message. Templates are expanded in Alertmanager's order, so that of several that fail the same is named.
pub(super) fn message(slack: &Slack, texts: &mut Texts<'_>) -> Result<Message, String> {
    let release = texts.templates().release;
    let title = limit::in_chars(expand(texts, &slack.texts, "title"), MOST_TITLE);
    let mut attachment = Object::new(release)
        .text_or_none("title", &title)
        .text_or_none("title_link", &expand(texts, &slack.texts, "title_link"))
        .text_or_none("pretext", &expand(texts, &slack.texts, "pretext"));
    for key in ["text", "fallback", "callback_id"] {
        attachment = attachment.text(key, &expand(texts, &slack.texts, key));
    }
    let [image, thumb, footer, color] =
        ["image_url", "thumb_url", "footer", "color"].map(|key| expand(texts, &slack.texts, key));
    let fields: Vec<String> = slack.fields.iter().map(|one| field(one, slack, texts)).collect();
    let actions: Vec<String> = slack.actions.iter().map(|one| action(one, texts)).collect();
    let markup: Vec<String> = if slack.mrkdwn_in.is_empty() {
        MARKUP.iter().map(|place| text(release, place)).collect()
    } else {
        slack.mrkdwn_in.iter().map(|place| text(release, place)).collect()
    };
    let attachment = attachment
        .items_or_none("fields", &fields)
        .items_or_none("actions", &actions)
        .text_or_none("image_url", &image)
        .text_or_none("thumb_url", &thumb)
        .text("footer", &footer)
        .text_or_none("color", &color)
        .items_or_none("mrkdwn_in", &markup)
        .finish();
    let mut request = Object::new(release)
        .text_or_none("channel", &texts.expand(&slack.channel))
        .text_or_none("username", &expand(texts, &slack.texts, "username"))
        .text_or_none("icon_emoji", &expand(texts, &slack.texts, "icon_emoji"))
        .text_or_none("icon_url", &expand(texts, &slack.texts, "icon_url"));
    if slack.link_names {
        request = request.json("link_names", "true");
    }
    let body = request
        .text_or_none("text", &expand(texts, &slack.texts, "message_text"))
        .json("attachments", &list(&[attachment]))
        .finish_line();
    // 0.33 forgets the error: what it could not expand, and all that comes after, is empty.
    let failed = texts.finish();
    if release == Release::V0_25 {
        failed.clone()?;
    }
    Ok(Message { forgotten: failed.err(), ..Message::json(&slack.api_url, body) })
}

fn expand(texts: &mut Texts<'_>, of: &BTreeMap<&'static str, String>, key: &str) -> String {
    of.get(key).map_or(String::new(), |text| texts.expand(text))
}

fn field(field: &SlackField, slack: &Slack, texts: &mut Texts<'_>) -> String {
    let short = field.short.unwrap_or(slack.short_fields);
    Object::new(texts.templates().release)
        .text_or_none("title", &texts.expand(&field.title))
        .text_or_none("value", &texts.expand(&field.value))
        .json("short", if short { "true" } else { "false" })
        .finish()
}

fn action(action: &SlackAction, texts: &mut Texts<'_>) -> String {
    let release = texts.templates().release;
    let mut object = Object::new(release);
    for key in ["type", "text", "url", "style", "name", "value"] {
        object = object.text_or_none(key, &expand(texts, &action.texts, key));
    }
    if let Some(confirm) = &action.confirm {
        // They are expanded with the title first and written with the text first.
        let title = expand(texts, confirm, "title");
        let inner = Object::new(release)
            .text_or_none("text", &expand(texts, confirm, "text"))
            .text_or_none("title", &title)
            .text_or_none("ok_text", &expand(texts, confirm, "ok_text"))
            .text_or_none("dismiss_text", &expand(texts, confirm, "dismiss_text"));
        object = object.json("confirm", &inner.finish());
    }
    object.finish()
}
