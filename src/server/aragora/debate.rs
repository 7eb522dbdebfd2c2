use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;

use super::App;
use super::store::{Debate, Message, Status};

/// Earlier statements that an agent is reminded of.
const REMINDERS: usize = 4;

/// Runs a debate to its end, in a span below the request that asked for it.
pub(super) async fn run(app: Arc<App>, debate: Debate) {
    let span = app.telemetry.start_as_current_span("debate.run");
    span.set_attribute("debate.id", debate.id.clone());
    span.within(hold(&app, debate)).await;
}

async fn hold(app: &App, debate: Debate) {
    let active = app.instruments.debate();
    let id = debate.id.as_str();
    let start =
        json!({"debate_id": id, "task": debate.task, "agents": debate.agents, "rounds": debate.rounds});
    app.events.publish(id, "debate_start", start);
    let mut votes = Vec::new();
    for round in 1..=debate.rounds {
        app.events.publish(id, "round_start", json!({"debate_id": id, "round": round}));
        let span = app.telemetry.create_span("debate.round", [("debate.round", i64::from(round))]);
        votes = span.within(run_round(app, &debate, round)).await;
    }
    let span = app.telemetry.create_span("debate.consensus", [("debate.votes", votes.len() as i64)]);
    let agreed = votes.iter().filter(|agrees| **agrees).count();
    // Nobody answered in the last round: there is nothing to agree on, and the debate has failed.
    let status = if votes.is_empty() { Status::Failed } else { Status::Completed };
    let consensus = agreed * 2 > debate.agents.len();
    span.set_attribute("debate.consensus", consensus);
    drop(span);
    app.telemetry.with_metrics(|metrics| metrics.record_debate_end(consensus));
    app.store.update(id, |debate| {
        debate.status = status;
        debate.consensus = Some(consensus);
    });
    app.events.publish(id, "consensus", json!({"debate_id": id, "reached": consensus, "agreed": agreed}));
    drop(active);
    app.events.publish(id, "debate_end", json!({"debate_id": id, "status": status}));
}

/// Asks every agent at once; the votes of those that answered.
async fn run_round(app: &App, debate: &Debate, round: u32) -> Vec<bool> {
    let reminders = app.memory.recall(&debate.task, REMINDERS, &app.instruments);
    let prompt = prompt(debate, round, &reminders);
    let asked = debate.agents.iter().map(|agent| {
        let prompt = &prompt;
        async move {
            let answer = app.agents.ask(agent, prompt, &app.telemetry, &app.instruments).await.ok()?;
            let said = json!({"debate_id": debate.id, "agent": agent, "round": round, "content": answer});
            app.events.publish(&debate.id, "agent_message", said);
            Some((agent.clone(), answer))
        }
    });
    let answers: Vec<(String, String)> = join_all(asked).await.into_iter().flatten().collect();
    let mut votes = Vec::with_capacity(answers.len());
    for (agent, content) in answers {
        votes.push(content.starts_with("AGREE"));
        app.memory.store(&debate.task, &content, &app.instruments);
        app.store.update(&debate.id, |debate| debate.messages.push(Message { agent, round, content }));
    }
    votes
}

fn prompt(debate: &Debate, round: u32, reminders: &[String]) -> String {
    format!(
        "Debate {} round {round} of {}. Question: {}\nSaid before:\n{}\nAnswer AGREE or OBJECT, then your reasons.",
        debate.id,
        debate.rounds,
        debate.task,
        reminders.join("\n"),
    )
}
