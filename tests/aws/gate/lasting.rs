//! Trouble that lasts longer than a call: it is told as what it is, and is over when it is over.

use std::time::Duration;

use beehive_core::store::{
    Change, CollectionStore as _, CounterStore as _, KeyValueStore as _, OperationId, Precondition,
    PutOptions,
};
use beehive_core::{Error, ErrorKind};
use beehive_tests::gate::{Fault, Rule, Service};
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::{Outcome, Trial};

use super::{Behind, of_each};
use crate::emulator::{self, unique};
use crate::faults::equal;

/// How long an attempt may take.
const ATTEMPT: Duration = Duration::from_millis(300);
/// What lasts, and what the error says of it.
const FAULTS: [(Fault, &str); 7] = [
    (Fault::Throttle, "limits the rate"),
    (Fault::Fail, "AWS failed"),
    (Fault::Lose, "connection broke"),
    (Fault::Hang, "did not answer in time"),
    (Fault::Swallow, "connection broke"),
    (Fault::Deny, "AWS failed"),
    (
        Fault::Delay(Duration::from_secs(600)),
        "did not answer in time",
    ),
];

pub(super) fn trials() -> Vec<Trial> {
    let faults = FAULTS.map(|(fault, _)| fault);
    let mut trials = of_each("lasting::dynamo", &faults, dynamo);
    trials.extend(of_each("lasting::s3", &faults, s3));
    trials.push(emulator::trial("gate::lasting::shut", shut));
    trials
}

/// Fails the trial unless the error says this of what is going on.
fn says(fault: Fault, error: Option<Error>) -> Outcome {
    let error = error.ok_or("it succeeded")?;
    let words = FAULTS.iter().find(|(named, _)| *named == fault);
    let words = words.map_or("reached", |(_, words)| words);
    let told = (error.kind(), error.is_temporary(), error.to_string());
    if told.0 == ErrorKind::Temporary && told.1 && told.2.contains(words) {
        return Ok(());
    }
    Err(format!("{fault}: {told:?}, and should say {words:?}").into())
}

/// Ends it, and waits for what it leaves.
async fn over(behind: &Behind, fault: Fault) -> Outcome {
    behind.happened(fault, 2)?;
    match fault {
        Fault::Delay(_) => behind.arrived(fault).await,
        _ => Ok(behind.gate.heal().await?),
    }
}

async fn dynamo(fault: Fault) -> Outcome {
    let behind = Behind::the_gate(Service::DynamoDb).await?;
    let behind = behind.in_a_hurry(ATTEMPT);
    let stores = Emulator::Whole.dynamo(&behind.config).await?;
    let (collection, counter, name) = (stores.collection(), stores.counter(), unique());
    let change = Change::add(5).once(OperationId::new("once"));
    behind.gate.set([Rule::new(fault)]);
    says(fault, collection.get(&name, "1").await.err())?;
    says(fault, counter.change(&name, &change).await.err())?;
    over(&behind, fault).await?;
    let put = collection.put(&name, "1", "a".into(), &Precondition::Absent);
    put.await?;
    let outcome = counter.change(&name, &change).await?;
    equal(
        "counter",
        (outcome.is_applied(), outcome.value()),
        (true, 5),
    )
}

async fn s3(fault: Fault) -> Outcome {
    let behind = Behind::the_gate(Service::S3).await?;
    let behind = behind.in_a_hurry(ATTEMPT);
    let store = Emulator::Whole.s3(&behind.config).await?;
    let key = unique();
    behind.gate.set([Rule::new(fault)]);
    says(fault, store.get(&key).await.err())?;
    let put = store.put(&key, "a".into(), PutOptions::default()).await;
    says(fault, put.err())?;
    over(&behind, fault).await?;
    store.put(&key, "b".into(), PutOptions::default()).await?;
    let found = store.get(&key).await?.ok_or("it is not there")?;
    let read = found.value.into_bytes(10).await?;
    equal("the value", &*read, b"b")
}

/// Nobody is at the door, and those inside are thrown out.
async fn shut() -> Outcome {
    let behind = Behind::the_gate(Service::DynamoDb).await?;
    let behind = behind.in_a_hurry(ATTEMPT);
    let store = Emulator::Whole.dynamo(&behind.config).await?.collection();
    let orders = unique();
    store.get(&orders, "1").await?;
    behind.gate.refuse().await?;
    behind.gate.reset_all();
    let read = store.get(&orders, "1").await;
    let error = read.err().ok_or("it succeeded")?;
    equal("the kind", error.kind(), ErrorKind::Temporary)?;
    behind.gate.heal().await?;
    equal("afterwards", store.get(&orders, "1").await?, None)
}
