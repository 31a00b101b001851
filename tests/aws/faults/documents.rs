//! Answers that are lost on their way from DynamoDB: documents, lists, locks and the inbox.

use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::event::EventId;
use beehive_core::page::PageRequest;
use beehive_core::store::{
    Added, CollectionStore as _, Inbox as _, InboxEntry, InboxKey, InboxOutcome, KeyListStore as _,
    LockStore as _, Precondition, Range,
};
use beehive_tests::trials::{Outcome, Trial};

use super::{equal, fails, spent};
use crate::emulator::{dynamo, dynamo_over, trial, unique};
use crate::wire::{Fault, Wire};

const HELD: Duration = Duration::from_mins(1);

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("faults::document::inserted_once", inserted_once),
        trial("faults::document::replaced_once", replaced_once),
        trial("faults::document::overtaken", overtaken),
        trial("faults::document::deleted", deleted),
        trial("faults::document::never_arrived", never_arrived),
        trial("faults::key_list::added_once", added_once),
        trial("faults::inbox::recorded_once", recorded_once),
        trial("faults::lock::taken_once", taken_once),
        trial("faults::lock::renewed_and_released", renewed_and_released),
    ]
}

async fn inserted_once() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.collection();
    let orders = unique();
    wire.fail("PutItem", Fault::Swallow);
    let etag = store
        .put(&orders, "1", "a".into(), &Precondition::Absent)
        .await?;
    let found = store.get(&orders, "1").await?;
    equal("version", found.map(|found| found.etag), Some(etag))?;
    let again = store
        .put(&orders, "1", "b".into(), &Precondition::Absent)
        .await;
    fails("second insert", again, ErrorKind::AlreadyExists)?;
    spent(&wire)
}

async fn replaced_once() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.collection();
    let orders = unique();
    let first = store
        .put(&orders, "1", "a".into(), &Precondition::None)
        .await?;
    wire.fail("PutItem", Fault::Swallow);
    wire.fail("PutItem", Fault::Swallow);
    let replace = Precondition::Match(first);
    let second = store.put(&orders, "1", "b".into(), &replace).await?;
    let found = store.get(&orders, "1").await?;
    equal("version", found.map(|found| found.etag), Some(second))?;
    spent(&wire)
}

/// Another reads what was written without an answer, and writes over it. Whoever wrote first cannot
/// know, and must not be told that it lost.
async fn overtaken() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.collection();
    let orders = unique();
    let first = store
        .put(&orders, "1", "a".into(), &Precondition::None)
        .await?;
    let (other, place) = (dynamo().await?.collection(), orders.clone());
    wire.fail(
        "PutItem",
        Fault::SwallowThen(Box::pin(async move {
            let found = other.get(&place, "1").await.expect("the emulator answers");
            let found = found.expect("it was written");
            assert_eq!(found.data, "b");
            let replace = Precondition::Match(found.etag);
            let written = other.put(&place, "1", "c".into(), &replace).await;
            written.expect("nobody else writes");
        })),
    );
    let replace = Precondition::Match(first);
    let written = store.put(&orders, "1", "b".into(), &replace).await;
    fails("overtaken", written, ErrorKind::Temporary)?;
    // Asked again by the caller, there is no doubt any more.
    let written = store.put(&orders, "1", "b".into(), &replace).await;
    fails("asked again", written, ErrorKind::Conflict)?;
    spent(&wire)
}

async fn deleted() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.collection();
    let orders = unique();
    let etag = store
        .put(&orders, "1", "a".into(), &Precondition::None)
        .await?;
    wire.fail("DeleteItem", Fault::Swallow);
    let this = Precondition::Match(etag);
    let deleted = store.delete(&orders, "1", &this).await;
    fails("of a version", deleted, ErrorKind::Temporary)?;
    equal("what is there", store.get(&orders, "1").await?, None)?;
    wire.fail("DeleteItem", Fault::Swallow);
    store.delete(&orders, "1", &Precondition::None).await?;
    spent(&wire)
}

async fn never_arrived() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.collection();
    let orders = unique();
    for operation in ["PutItem", "GetItem", "Query", "DeleteItem"] {
        wire.fail(operation, Fault::Lose);
        wire.fail(operation, Fault::Lose);
    }
    let etag = store
        .put(&orders, "1", "a".into(), &Precondition::Absent)
        .await?;
    let found = store.get(&orders, "1").await?;
    equal("version", found.map(|found| found.etag), Some(etag.clone()))?;
    let page = store
        .range(&orders, &Range::All, &PageRequest::default())
        .await?;
    equal("documents", page.items.len(), 1)?;
    // Whether the first deletes arrived is not known here, but that they had no effect shows.
    store
        .delete(&orders, "1", &Precondition::Match(etag))
        .await?;
    spent(&wire)
}

async fn added_once() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.key_list();
    let list = unique();
    for (item, precondition) in [("a", Precondition::None), ("b", Precondition::Absent)] {
        wire.fail("PutItem", Fault::Swallow);
        let added = store.add(&list, "1", item, &precondition).await?;
        equal(item, added, Added::New)?;
    }
    let again = store.add(&list, "1", "a", &Precondition::None).await?;
    equal("again", again, Added::Already)?;
    wire.fail("DeleteItem", Fault::Swallow);
    store.remove(&list, "1", "a").await?;
    spent(&wire)
}

async fn recorded_once() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.inbox();
    let key = InboxKey {
        event: EventId::new(),
        queue: "OrderAccepted-Payment".parse()?,
    };
    wire.fail("PutItem", Fault::Swallow);
    let entry = |follow_ups| InboxEntry { follow_ups };
    let first = store.record(&key, entry(7), HELD).await?;
    equal("first", first, InboxOutcome::First)?;
    wire.fail("PutItem", Fault::Swallow);
    let second = store.record(&key, entry(8), HELD).await;
    equal("second", second?, InboxOutcome::Seen(entry(7)))?;
    spent(&wire)
}

async fn taken_once() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.lock();
    let name = unique();
    wire.fail("UpdateItem", Fault::Swallow);
    let taken = store.try_acquire(&name, HELD).await?;
    let grant = taken.ok_or("it was not taken")?;
    let other = dynamo().await?.lock();
    equal("for another", other.try_acquire(&name, HELD).await?, None)?;
    store.renew(&name, grant.fencing_token, HELD).await?;
    spent(&wire)
}

async fn renewed_and_released() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.lock();
    let name = unique();
    let taken = store.try_acquire(&name, HELD).await?;
    let grant = taken.ok_or("it was not taken")?;
    wire.fail("UpdateItem", Fault::Swallow);
    let renewed = store.renew(&name, grant.fencing_token, HELD).await?;
    equal("token", renewed.fencing_token, grant.fencing_token)?;
    wire.fail("UpdateItem", Fault::Swallow);
    store.release(&name, grant.fencing_token).await?;
    let again = store.try_acquire(&name, HELD).await?;
    let again = again.ok_or("it was not released")?;
    equal("higher", again.fencing_token > grant.fencing_token, true)?;
    spent(&wire)
}
