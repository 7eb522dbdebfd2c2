use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::Serialize;

/// Debates that are remembered; past it the oldest ended one is forgotten.
const MOST_DEBATES: usize = 10_000;

/// A debate as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Debate {
    pub(super) id: String,
    pub(super) task: String,
    pub(super) agents: Vec<String>,
    pub(super) rounds: u32,
    pub(super) status: Status,
    pub(super) consensus: Option<bool>,
    pub(super) messages: Vec<Message>,
}

/// Where a debate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Running,
    Completed,
    Failed,
}

/// What an agent said.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Message {
    pub(super) agent: String,
    pub(super) round: u32,
    pub(super) content: String,
}

/// All debates, in memory.
#[derive(Debug, Default)]
pub(super) struct Store {
    debates: Mutex<(u64, BTreeMap<String, Debate>)>,
}

impl Store {
    pub(super) fn create(&self, task: String, agents: Vec<String>, rounds: u32) -> Debate {
        let mut guard = self.debates.lock();
        let (last, debates) = &mut *guard;
        *last += 1;
        let id = format!("debate-{last:08}");
        let debate = Debate {
            id: id.clone(),
            task,
            agents,
            rounds,
            status: Status::Running,
            consensus: None,
            messages: vec![],
        };
        if debates.len() >= MOST_DEBATES {
            let oldest =
                debates.values().find(|debate| debate.status != Status::Running).map(|d| d.id.clone());
            oldest.and_then(|id| debates.remove(&id));
        }
        debates.insert(id, debate.clone());
        debate
    }

    pub(super) fn update(&self, id: &str, change: impl FnOnce(&mut Debate)) {
        if let Some(debate) = self.debates.lock().1.get_mut(id) {
            change(debate);
        }
    }

    pub(super) fn get(&self, id: &str) -> Option<Debate> {
        self.debates.lock().1.get(id).cloned()
    }

    /// The newest first.
    pub(super) fn list(&self, limit: usize) -> Vec<Debate> {
        self.debates.lock().1.values().rev().take(limit).cloned().collect()
    }
}
