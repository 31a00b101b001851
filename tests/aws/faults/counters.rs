//! Answers that are lost on their way from DynamoDB: counters.

use std::sync::Arc;

use beehive_core::ErrorKind;
use beehive_core::store::CounterOutcome::{AlreadyApplied, Applied, BelowFloor};
use beehive_core::store::{Change, CounterStore as _, OperationId};
use beehive_tests::trials::{Outcome, Trial};
use tokio::task::JoinSet;

use super::{equal, fails, spent};
use crate::emulator::{dynamo, dynamo_over, trial, unique};
use crate::wire::{Fault, Wire};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("faults::counter::added_once", added_once),
        trial("faults::counter::overtaken", overtaken),
        trial("faults::counter::never_arrived", never_arrived),
        trial("faults::counter::operation", operation),
        trial("faults::counter::moved", moved),
        trial("faults::counter::crowd", crowd),
    ]
}

fn once(delta: i64, id: &str) -> Change {
    Change::add(delta).once(OperationId::new(id))
}

async fn added_once() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.counter();
    let key = unique();
    for value in [5, 10] {
        wire.fail("UpdateItem", Fault::Swallow);
        let outcome = store.change(&key, &Change::add(5)).await?;
        equal("outcome", outcome, Applied(value))?;
    }
    equal("value", store.value(&key).await?, 10)?;
    spent(&wire)
}

/// Nobody can tell whether the change was applied, so it is not tried again.
async fn overtaken() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.counter();
    let key = unique();
    let (other, place) = (dynamo().await?.counter(), key.clone());
    wire.fail(
        "UpdateItem",
        Fault::SwallowThen(Box::pin(async move {
            let changed = other.change(&place, &Change::add(100)).await;
            assert_eq!(changed.expect("the emulator answers"), Applied(105));
        })),
    );
    let outcome = store.change(&key, &Change::add(5)).await;
    fails("overtaken", outcome, ErrorKind::Temporary)?;
    equal("value", store.value(&key).await?, 105)?;
    spent(&wire)
}

async fn never_arrived() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.counter();
    let key = unique();
    wire.fail("UpdateItem", Fault::Lose);
    let outcome = store.change(&key, &Change::add(5)).await;
    fails("plain", outcome, ErrorKind::Temporary)?;
    equal("value", store.value(&key).await?, 0)?;
    wire.fail("TransactWriteItems", Fault::Lose);
    let outcome = store.change(&key, &once(5, "one")).await?;
    equal("under an id", outcome, Applied(5))?;
    spent(&wire)
}

async fn operation() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.counter();
    let key = unique();
    for (id, value) in [("one", 5), ("two", 10)] {
        wire.fail("TransactWriteItems", Fault::Swallow);
        let outcome = store.change(&key, &once(5, id)).await?;
        equal(id, outcome, Applied(value))?;
        let again = store.change(&key, &once(5, id)).await?;
        equal("again", again, AlreadyApplied(value))?;
    }
    // A process that knows nothing asks the same.
    let other = dynamo().await?.counter();
    let again = other.change(&key, &once(5, "one")).await?;
    equal("elsewhere", again, AlreadyApplied(10))?;
    spent(&wire)
}

/// What this process knows of a counter is out of date.
async fn moved() -> Outcome {
    let (one, two) = (dynamo().await?.counter(), dynamo().await?.counter());
    let key = unique();
    let take = |units: i64, id: &str| once(-units, id).with_floor(0);
    equal("first", one.change(&key, &once(5, "a")).await?, Applied(5))?;
    equal("other", two.change(&key, &take(3, "b")).await?, Applied(2))?;
    let outcome = one.change(&key, &take(1, "c")).await?;
    equal("behind", outcome, Applied(1))?;
    equal(
        "restocked",
        two.change(&key, &Change::add(9)).await?,
        Applied(10),
    )?;
    // By what this process knows it would be refused.
    let outcome = one.change(&key, &take(7, "d")).await?;
    equal("behind and refused", outcome, Applied(3))?;
    equal(
        "other again",
        two.change(&key, &take(3, "e")).await?,
        Applied(0),
    )?;
    // By what this process knows it would not be.
    let outcome = one.change(&key, &take(2, "f")).await?;
    equal("behind and allowed", outcome, BelowFloor(0))?;
    let outcome = one.change(&key, &take(3, "e")).await?;
    equal("done by another", outcome, AlreadyApplied(0))
}

/// Many processes change one counter under ids of their own, some of them twice.
async fn crowd() -> Outcome {
    let key: Arc<str> = unique().into();
    let mut changes = JoinSet::new();
    for process in 0..4 {
        let store = dynamo().await?.counter();
        for number in 0..8 {
            let (store, key) = (store.clone(), Arc::clone(&key));
            changes.spawn(async move {
                // Two processes share each id.
                let id = format!("{}/{number}", process / 2);
                store.change(&key, &once(1, &id)).await
            });
        }
    }
    let mut applied = Vec::new();
    while let Some(changed) = changes.join_next().await {
        if let Applied(value) = changed?? {
            applied.push(value);
        }
    }
    applied.sort_unstable();
    let expected: Vec<i64> = (1..=16).collect();
    equal("each sees a value of its own", applied, expected)?;
    equal("sum", dynamo().await?.counter().value(&key).await?, 16)
}
