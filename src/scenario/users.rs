//! What the users of a closed load mean, what they cannot do, and who cannot use which target.

use super::file::LoadFile;
use super::persona::PersonaFile;
use super::resolve::Resolver;
use super::{Phase, Target};
use crate::contract::yaml::Located;
use crate::load::{MOST_USERS, Rate};

/// Goose, which drives users, has no such request.
const UNKNOWN_TO_GOOSE: &str = "OPTIONS";

impl Resolver<'_> {
    /// Sessions at a rate, or users.
    pub(super) fn load(&mut self, typed: Option<&LoadFile>) -> (Rate, Option<u32>) {
        match typed {
            None => (Rate::NONE, None),
            Some(LoadFile::Rate(rate)) => (*rate, None),
            Some(LoadFile::Users(users)) => {
                if !(1..=MOST_USERS).contains(&users.value) {
                    let message = format!("{} users are out of range", users.value);
                    self.report(users.line, users.column, message, &[format!("1 to {MOST_USERS}")]);
                }
                (Rate::NONE, Some(users.value))
            }
        }
    }

    /// Whether the personas can use the target where it is.
    pub(super) fn personas_can_use(&mut self, target: &Target, personas: &[Located<PersonaFile>]) {
        let Target::External { url, .. } = target else { return };
        let accepted = ["another persona".to_owned(), "a target at http://host:port".to_owned()];
        for persona in personas.iter().filter_map(|typed| typed.value.persona.as_ref()) {
            if let Some(message) = persona.value.hindrance(url) {
                self.report(persona.line, persona.column, message, &accepted);
            }
        }
    }

    /// Whether users can do what the personas do: goose sends plain requests, and not those of every method.
    pub(super) fn users_can(&mut self, personas: &[Located<PersonaFile>], phases: &[Phase]) {
        let Some(phase) = phases.iter().find(|phase| phase.users.is_some()).map(|phase| phase.name.clone())
        else {
            return;
        };
        let accepted =
            ["leave it to a scenario with `load: {rate: ..}`, which `probity run` drives".to_owned()];
        for persona in personas.iter().filter_map(|typed| typed.value.persona.as_ref()) {
            if persona.value.follows_websocket() {
                let message = format!(
                    "`{}` follows a WebSocket, which the users of phase `{phase}` cannot",
                    persona.value.name()
                );
                self.report(persona.line, persona.column, message, &accepted);
            }
        }
        let steps =
            personas.iter().filter_map(|typed| typed.value.steps.as_ref()).flat_map(|steps| &steps.value);
        for request in steps.filter_map(|step| step.value.request.as_ref()) {
            if request.value.split_whitespace().next() == Some(UNKNOWN_TO_GOOSE) {
                let message = format!("the users of phase `{phase}` cannot send {UNKNOWN_TO_GOOSE}");
                self.report(request.line, request.column, message, &accepted);
            }
        }
    }
}
