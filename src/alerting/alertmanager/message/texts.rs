//! Templates of one notification: after the first that fails nothing is expanded any more, and its error is kept.

use super::data::Data;
use super::{Notification, Templates, seen};
use crate::alerting::template::{Value, World};

/// The time that templates see.
struct Moment(i64);

impl World for Moment {
    fn now(&self) -> Option<i64> {
        Some(self.0)
    }
}

/// What expands the templates of a message.
pub(super) struct Texts<'t> {
    templates: &'t Templates,
    data: Value,
    moment: Moment,
    failed: Option<String>,
}

impl<'t> Texts<'t> {
    pub(super) fn new(
        notification: &Notification,
        templates: &'t Templates,
        external_url: &str,
    ) -> Texts<'t> {
        let data = Data::new(notification, &notification.alerts, templates.release, external_url);
        Texts {
            templates,
            data: seen::value(&data, templates.release),
            moment: Moment(notification.at_ms.saturating_mul(1_000_000)),
            failed: None,
        }
    }

    pub(super) const fn templates(&self) -> &'t Templates {
        self.templates
    }

    /// A text, empty once any has failed.
    pub(super) fn expand(&mut self, text: &str) -> String {
        if self.failed.is_some() {
            return String::new();
        }
        match self.try_expand(text) {
            Ok(text) => text,
            Err(error) => {
                self.failed = Some(error);
                String::new()
            }
        }
    }

    /// A text, whatever became of others.
    pub(super) fn try_expand(&self, text: &str) -> Result<String, String> {
        // Most are plain text or nothing.
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        let library = &self.templates.library;
        library.expand(text, &self.data, &self.moment).map_err(|error| error.to_string())
    }

    /// Whether everything could be expanded.
    pub(super) fn finish(&self) -> Result<(), String> {
        self.failed.clone().map_or(Ok(()), Err)
    }
}
