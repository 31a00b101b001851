//! Writes that arrive when nobody waits for them any more, after others that were sent later.

use std::time::Duration;

use beehive_core::event::EventId;
use beehive_core::store::CounterOutcome::Applied;
use beehive_core::store::{
    Change, CollectionStore as _, CounterStore as _, Inbox as _, InboxEntry, InboxKey,
    InboxOutcome, KeyValueStore as _, LockStore as _, OperationId, Precondition, PutOptions,
};
use beehive_tests::gate::{Fault, Service};
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;

use super::Behind;
use crate::emulator::{self, unique};
use crate::faults::equal;

/// How long an attempt may take.
const ATTEMPT: Duration = Duration::from_millis(300);
/// A delay that only a healing ends.
const LATE: Fault = Fault::Delay(Duration::from_secs(600));
const HELD: Duration = Duration::from_mins(5);

pub(super) fn trials() -> Vec<Trial> {
    vec![
        emulator::trial("gate::late::document", document),
        emulator::trial("gate::late::counter", counter),
        emulator::trial("gate::late::lock", lock),
        emulator::trial("gate::late::inbox", inbox),
        emulator::trial("gate::late::value", value),
    ]
}

async fn hurried(service: Service) -> Result<Behind, Failed> {
    Ok(Behind::the_gate(service).await?.in_a_hurry(ATTEMPT))
}

async fn document() -> Outcome {
    let behind = hurried(Service::DynamoDb).await?;
    let store = Emulator::Whole.dynamo(&behind.config).await?.collection();
    let orders = unique();
    behind.next("PutItem", LATE);
    let inserted = store.put(&orders, "1", "a".into(), &Precondition::Absent);
    let replace = Precondition::Match(inserted.await?);
    let second = store.put(&orders, "1", "b".into(), &replace).await?;
    behind.next("PutItem", LATE);
    let replace = Precondition::Match(second);
    let third = store.put(&orders, "1", "c".into(), &replace).await?;
    let replace = Precondition::Match(third);
    let fourth = store.put(&orders, "1", "d".into(), &replace).await?;
    behind.arrived(LATE).await?;
    let found = store.get(&orders, "1").await?;
    equal("version", found.map(|found| found.etag), Some(fourth))
}

async fn counter() -> Outcome {
    let behind = hurried(Service::DynamoDb).await?;
    let store = Emulator::Whole.dynamo(&behind.config).await?.counter();
    let key = unique();
    let change = |delta: i64, id: &str| Change::add(delta).once(OperationId::new(id));
    store.change(&key, &Change::add(1)).await?;
    behind.next("TransactWriteItems", LATE);
    let outcome = store.change(&key, &change(5, "a")).await?;
    equal("at once", outcome, Applied(6))?;
    // It is where it was when the late one was sent.
    let outcome = store.change(&key, &change(-5, "b")).await?;
    equal("back", outcome, Applied(1))?;
    behind.arrived(LATE).await?;
    equal("value", store.value(&key).await?, 1)
}

async fn lock() -> Outcome {
    let behind = hurried(Service::DynamoDb).await?;
    let store = Emulator::Whole.dynamo(&behind.config).await?.lock();
    let name = unique();
    let grant = store.try_acquire(&name, HELD).await?;
    let token = grant.ok_or("it was not taken")?.fencing_token;
    // The release is repeated, another takes the lock, and then the first release arrives.
    behind.next("UpdateItem", LATE);
    store.release(&name, token).await?;
    let other = store.try_acquire(&name, HELD).await?;
    let other = other.ok_or("it was not released")?.fencing_token;
    behind.arrived(LATE).await?;
    let third = store.try_acquire(&name, HELD).await?;
    equal("taken from its holder", third, None)?;
    store.renew(&name, other, HELD).await?;
    Ok(())
}

async fn inbox() -> Outcome {
    let behind = hurried(Service::DynamoDb).await?;
    let store = Emulator::Whole.dynamo(&behind.config).await?.inbox();
    let key = InboxKey {
        event: EventId::new(),
        queue: "OrderAccepted-Payment".parse()?,
    };
    let entry = InboxEntry { follow_ups: 7 };
    behind.next("PutItem", LATE);
    let recorded = store.record(&key, entry, HELD).await?;
    equal("first", recorded, InboxOutcome::First)?;
    behind.arrived(LATE).await?;
    let other = InboxEntry { follow_ups: 8 };
    let recorded = store.record(&key, other, HELD).await?;
    equal("second", recorded, InboxOutcome::Seen(entry))
}

async fn value() -> Outcome {
    let behind = hurried(Service::S3).await?;
    let store = Emulator::Whole.s3(&behind.config).await?;
    let key = unique();
    behind.next("PutObject", LATE);
    let first = store.put(&key, "a".into(), PutOptions::insert()).await?;
    let second = store.put(&key, "b".into(), PutOptions::replace(first));
    let second = second.await?;
    behind.arrived(LATE).await?;
    let info = store.info(&key).await?;
    equal("version", info.map(|info| info.etag), Some(second))
}
