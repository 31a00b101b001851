//! Nothing is left in queues, and nothing was given up that should not be.

use std::collections::BTreeSet;

use beehive_core::Result;
use beehive_core::page::PageRequest;
use beehive_core::queue::{DeadLetter, DeadLetterReason, DeadLetters as _};

use super::super::run::Aftermath;
use super::super::scenario::Scenario;

/// A dead letter: where, of which event, and why.
type Letter = (String, String, &'static str);

/// What is left, what was given up wrongly, and what should have been given up.
pub(super) async fn violations(after: &Aftermath) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    if !after.is_idle {
        wrong.push(format!("not idle after {:?}", after.elapsed));
    }
    let mut missing = planned(&after.scenario);
    for name in after.seen.declared.iter().filter(|it| it.is_readable()) {
        let census = after.broker.census_of(name)?;
        if !census.is_idle() {
            wrong.push(format!("{name} is not empty: {census:?}"));
        }
        let letters = after.broker.list(name, &PageRequest::default()).await?;
        for DeadLetter { event, record } in letters.items {
            let id = event.id().to_string();
            let letter = (name.to_string(), id.clone(), record.reason.as_str());
            if !missing.remove(&letter) {
                wrong.push(format!("{name}: {id} was given up: {record:?}"));
            }
            let attempts = after.scenario.settings.retry().attempts_max();
            if record.reason == DeadLetterReason::AttemptsExhausted && record.attempts < attempts {
                let made = record.attempts;
                wrong.push(format!("{name}: {id} was given up after {made} attempts"));
            }
        }
    }
    let missing = missing
        .iter()
        .map(|(name, id, reason)| format!("{name}: {id} is no dead letter ({reason})"));
    wrong.extend(missing);
    Ok(wrong)
}

/// What has to be given up.
fn planned(scenario: &Scenario) -> BTreeSet<Letter> {
    let of_order = |placed: super::super::workflow::Placed| {
        let letters = placed.kind.dead_letters().iter();
        letters.map(move |(queue, reason)| {
            ((*queue).to_owned(), placed.order.clone(), reason.as_str())
        })
    };
    scenario.placed().flat_map(of_order).collect()
}
