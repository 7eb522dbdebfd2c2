use super::Scenario;
use crate::load::Rate;

/// How traffic comes. A scenario may have phases of both; each command drives its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// Sessions start at a rate, whatever the server does: `probity run`.
    Open,
    /// Users, each of whom starts a session when the last has ended: `probity load`.
    Closed,
}

impl Model {
    /// What a phase has that it drives.
    pub fn key(self) -> &'static str {
        match self {
            Self::Open => "`load: {rate: ..}`",
            Self::Closed => "`load: {users: ..}`",
        }
    }

    /// What the other command has to drive, in words.
    pub fn of_the_other(self) -> &'static str {
        match self {
            Self::Open => "`load: {users: ..}`, which `probity load` drives",
            Self::Closed => "`load: {rate: ..}`, which `probity run` drives",
        }
    }
}

impl Scenario {
    /// Whether this model has anything to drive in it.
    pub fn has(&self, model: Model) -> bool {
        self.phases.iter().any(|phase| match model {
            Model::Open => phase.load.rate != Rate::NONE,
            Model::Closed => phase.users.is_some(),
        })
    }

    /// The part that this model drives, and the names of the phases that it leaves to the other. Phases in which nobody
    /// comes belong to both; faults go with their phase.
    pub fn part(&self, model: Model) -> (Self, Vec<String>) {
        let mut part = self.clone();
        let others = |phase: &super::Phase| match model {
            Model::Open => phase.users.is_some(),
            Model::Closed => phase.users.is_none() && phase.load.rate != Rate::NONE,
        };
        let left: Vec<String> =
            self.phases.iter().filter(|phase| others(phase)).map(|phase| phase.name.clone()).collect();
        part.phases.retain(|phase| !left.contains(&phase.name));
        part.faults.retain(|fault| !fault.during.as_ref().is_some_and(|during| left.contains(during)));
        (part, left)
    }
}
