//! Counters while answers are lost: every change applies once, and whoever cannot know says so.

use std::sync::Arc;

use beehive_core::ErrorKind;
use beehive_core::store::CounterOutcome::{AlreadyApplied, Applied};
use beehive_core::store::{Change, CounterStore as _, OperationId};
use beehive_tests::gate::{Fault, Rule, Service};
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;
use tokio::task::JoinSet;

use super::Behind;
use crate::emulator::{self, dynamo, unique};
use crate::faults::{equal, fails};

/// How many change the counter at one time; two of them make the same changes.
const PROCESSES: usize = 4;
/// How many changes each of them makes.
const CHANGES: usize = 60;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        emulator::trial("gate::counters::crowd", crowd),
        emulator::trial("gate::counters::plain", plain),
        emulator::trial("gate::counters::known_again", known_again),
    ]
}

/// Many processes change one counter under ids, while answers are lost and more goes wrong: so often
/// that it matters, and so rarely that hardly any call fails each time that it is made.
async fn crowd() -> Outcome {
    let behind = Behind::the_gate(Service::DynamoDb).await?;
    let key: Arc<str> = unique().into();
    behind.gate.set([
        Rule::new(Fault::Swallow).with_share(0.15),
        Rule::new(Fault::Deny).with_share(0.01),
        Rule::new(Fault::Lose).with_share(0.01),
        Rule::new(Fault::Throttle).with_share(0.01),
        Rule::new(Fault::Conflict).with_share(0.01),
    ]);
    let mut processes = JoinSet::new();
    for process in 0..PROCESSES {
        let store = Emulator::Whole.dynamo(&behind.config).await?.counter();
        let key = Arc::clone(&key);
        processes.spawn(async move {
            let mut applied = Vec::new();
            for number in 0..CHANGES {
                let id = OperationId::new(format!("{}/{number}", process / 2));
                let change = Change::add(1).once(id);
                match store.change(&key, &change).await? {
                    Applied(value) => applied.push(value),
                    AlreadyApplied(_) => {}
                    other => return Err(Failed::from(format!("{other:?}"))),
                }
            }
            Ok(applied)
        });
    }
    let mut applied = Vec::new();
    while let Some(process) = processes.join_next().await {
        applied.extend(process??);
    }
    applied.sort_unstable();
    let sum = i64::try_from(PROCESSES / 2 * CHANGES)?;
    equal("values", applied, (1..=sum).collect())?;
    behind.gate.heal().await?;
    let value = dynamo().await?.counter().value(&key).await?;
    equal("sum", value, sum)?;
    behind.happened(Fault::Swallow, 10)
}

/// A change without an id applies at most once; where nobody can tell, that is the error.
async fn plain() -> Outcome {
    let behind = Behind::the_gate(Service::DynamoDb).await?;
    let store = Emulator::Whole.dynamo(&behind.config).await?.counter();
    for (fault, expected, value) in [
        (Fault::Throttle, Some(Applied(5)), 5),
        (Fault::Conflict, Some(Applied(5)), 5),
        // Found in the counter.
        (Fault::Swallow, Some(Applied(5)), 5),
        (Fault::Deny, Some(Applied(5)), 5),
        // Not found there, and so not tried again.
        (Fault::Lose, None, 0),
        (Fault::Fail, None, 0),
    ] {
        let key = unique();
        behind.next("UpdateItem", fault);
        let outcome = store.change(&key, &Change::add(5)).await;
        match expected {
            Some(expected) => equal(fault.name(), outcome?, expected)?,
            None => fails(fault.name(), outcome, ErrorKind::Temporary)?,
        }
        equal(fault.name(), store.value(&key).await?, value)?;
        behind.happened(fault, 1)?;
    }
    Ok(())
}

/// The answer to a transaction is lost and so is the memory of DynamoDB, since what follows is another
/// transaction: the note tells whose it was.
async fn known_again() -> Outcome {
    let behind = Behind::the_gate(Service::DynamoDb).await?;
    let store = Emulator::Whole.dynamo(&behind.config).await?.counter();
    let key = unique();
    let change = |id: &str| Change::add(5).once(OperationId::new(id));
    for (id, value) in [("a", 5), ("b", 10), ("c", 15)] {
        let once = |fault| {
            Rule::new(fault)
                .with_operations(["TransactWriteItems"])
                .with_times(1)
        };
        behind
            .gate
            .set([once(Fault::Swallow), once(Fault::Conflict)]);
        let outcome = store.change(&key, &change(id)).await?;
        equal(id, outcome, Applied(value))?;
    }
    equal("value", store.value(&key).await?, 15)?;
    behind.happened(Fault::Conflict, 3)?;
    behind.happened(Fault::Swallow, 3)
}
