//! What each operation of the stores costs: one request.

use std::time::Duration;

use beehive_core::Result;
use beehive_core::event::EventId;
use beehive_core::page::PageRequest;
use beehive_core::store::{
    Change, CollectionStore as _, CounterStore as _, Inbox as _, InboxEntry, InboxKey,
    KeyListStore as _, KeyValueStore as _, ListOptions, LockStore as _, OperationId, Precondition,
    PutOptions, Range,
};
use beehive_tests::trials::{Outcome, Trial};

use super::equal;
use crate::emulator::{dynamo_over, s3_over, trial, unique};
use crate::wire::Wire;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("requests::dynamo", dynamo),
        trial("requests::counter_once", counter_once),
        trial("requests::s3", s3),
    ]
}

/// What went over the wire for one operation.
fn cost<T>(wire: &Wire, result: Result<T>, expected: &[(&str, usize)]) -> Outcome {
    result?;
    let counts = wire.take_counts();
    let counts: Vec<_> = counts
        .iter()
        .map(|(operation, count)| (operation.as_str(), *count))
        .collect();
    equal("requests", counts, expected.to_vec())
}

async fn dynamo() -> Outcome {
    const HELD: Duration = Duration::from_secs(60);
    let wire = Wire::new();
    let stores = dynamo_over(&wire).await?;
    let (w, name) = (&wire, unique());
    let (none, absent) = (Precondition::None, Precondition::Absent);

    let collection = stores.collection();
    let etag = collection.put(&name, "1", "a".into(), &absent).await?;
    cost(w, Ok(()), &[("PutItem", 1)])?;
    let replace = Precondition::Match(etag);
    let etag = collection.put(&name, "1", "b".into(), &replace).await?;
    cost(w, Ok(()), &[("PutItem", 1)])?;
    cost(w, collection.get(&name, "1").await, &[("GetItem", 1)])?;
    let page = PageRequest::default();
    let range = collection.range(&name, &Range::All, &page).await;
    cost(w, range, &[("Query", 1)])?;
    let this = Precondition::Match(etag);
    let deleted = collection.delete(&name, "1", &this).await;
    cost(w, deleted, &[("DeleteItem", 1)])?;

    let list = stores.key_list();
    cost(w, list.add(&name, "1", "a", &none).await, &[("PutItem", 1)])?;
    cost(w, list.add(&name, "1", "a", &none).await, &[("PutItem", 1)])?;
    cost(w, list.contains(&name, "1", "a").await, &[("GetItem", 1)])?;
    cost(w, list.items(&name, "1", &page).await, &[("Query", 1)])?;
    cost(w, list.remove(&name, "1", "a").await, &[("DeleteItem", 1)])?;
    for number in 0..30 {
        list.add(&name, "2", &number.to_string(), &none).await?;
    }
    w.take_counts();
    let cleared = list.clear(&name, "2").await;
    cost(w, cleared, &[("BatchWriteItem", 2), ("Query", 1)])?;

    let counter = stores.counter();
    let take = Change::add(-1).with_floor(0);
    let add = counter.change(&name, &Change::add(1)).await;
    cost(w, add, &[("UpdateItem", 1)])?;
    for _ in 0..2 {
        // Applied, then refused by the floor.
        cost(w, counter.change(&name, &take).await, &[("UpdateItem", 1)])?;
    }
    cost(w, counter.value(&name).await, &[("GetItem", 1)])?;

    let lock = stores.lock();
    let grant = lock.try_acquire(&name, HELD).await?;
    let token = grant.ok_or("it was not taken")?.fencing_token;
    cost(w, Ok(()), &[("UpdateItem", 1)])?;
    cost(w, lock.try_acquire(&name, HELD).await, &[("UpdateItem", 1)])?;
    cost(
        w,
        lock.renew(&name, token, HELD).await,
        &[("UpdateItem", 1)],
    )?;
    cost(w, lock.release(&name, token).await, &[("UpdateItem", 1)])?;

    let inbox = stores.inbox();
    let key = InboxKey {
        event: EventId::new(),
        queue: "OrderAccepted-Payment".parse()?,
    };
    let entry = InboxEntry { follow_ups: 1 };
    cost(w, inbox.look(&key).await, &[("GetItem", 1)])?;
    for _ in 0..2 {
        let recorded = inbox.record(&key, entry, HELD).await;
        cost(w, recorded, &[("PutItem", 1)])?;
    }
    Ok(())
}

/// A change under an operation id is one transaction, once the process has seen the counter.
async fn counter_once() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.counter();
    let (w, key) = (&wire, unique());
    let change = |id: &str| Change::add(-1).with_floor(0).once(OperationId::new(id));
    store.change(&key, &Change::add(2)).await?;
    w.take_counts();
    let transaction = [("TransactWriteItems", 1)];
    cost(w, store.change(&key, &change("1")).await, &transaction)?;
    cost(w, store.change(&key, &change("2")).await, &transaction)?;
    // At the floor there is nothing to write, so both are looked at.
    let look = [("TransactGetItems", 1)];
    cost(w, store.change(&key, &change("3")).await, &look)?;
    cost(w, store.change(&key, &change("2")).await, &look)?;
    // Of a counter that this process has not seen.
    let other = unique();
    let change = Change::add(1).once(OperationId::new("1"));
    let both = [("TransactGetItems", 1), ("TransactWriteItems", 1)];
    cost(w, store.change(&other, &change).await, &both)
}

async fn s3() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let (w, key) = (&wire, unique());
    let insert = PutOptions::insert();
    cost(
        w,
        store.put(&key, "a".into(), insert).await,
        &[("PutObject", 1)],
    )?;
    cost(w, store.get(&key).await, &[("GetObject", 1)])?;
    cost(w, store.info(&key).await, &[("HeadObject", 1)])?;
    let listed = store.list(&key, &ListOptions::default()).await;
    cost(w, listed, &[("ListObjectsV2", 1)])?;
    let deleted = store.delete(&key, &Precondition::None).await;
    cost(w, deleted, &[("DeleteObject", 1)])
}
