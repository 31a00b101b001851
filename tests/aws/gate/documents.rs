//! All stores on DynamoDB while some requests meet a fault.

use std::time::Duration;

use beehive_aws::dynamo::DynamoStores;
use beehive_core::event::EventId;
use beehive_core::page::PageRequest;
use beehive_core::store::{
    Added, Change, CollectionStore as _, CounterOutcome, CounterStore as _, Inbox as _, InboxEntry,
    InboxKey, InboxOutcome, KeyListStore as _, LockStore as _, OperationId, Precondition, Range,
};
use beehive_core::{ErrorKind, Result};
use beehive_tests::gate::{Fault, Service};
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::{Outcome, Trial};

use super::{Behind, FAULTS, of_each};
use crate::emulator::unique;
use crate::faults::{equal, fails};

const HELD: Duration = Duration::from_mins(5);
/// How often everything is done.
const DAYS: usize = 3;

pub(super) fn trials() -> Vec<Trial> {
    of_each("documents", &FAULTS, everything)
}

/// What is done is what was to be done, once, and whoever did it is told so.
async fn everything(fault: Fault) -> Outcome {
    let behind = Behind::the_gate(Service::DynamoDb).await?;
    let stores = Emulator::Whole.dynamo(&behind.config).await?;
    behind.some(fault);
    for _ in 0..DAYS {
        documents(&stores).await?;
        lists(&stores).await?;
        counters(&stores).await?;
        locks(&stores).await?;
        inbox(&stores).await?;
    }
    if fault == Fault::Part {
        // There are few batches, so that chance may have missed them all.
        behind.next("BatchWriteItem", fault);
        lists(&stores).await?;
    }
    behind.happened(fault, 1)
}

async fn documents(stores: &DynamoStores) -> Outcome {
    let (store, orders) = (stores.collection(), unique());
    let absent = Precondition::Absent;
    let first = store.put(&orders, "1", "a".into(), &absent).await?;
    let again = store.put(&orders, "1", "b".into(), &absent).await;
    fails("inserted again", again, ErrorKind::AlreadyExists)?;
    let replace = Precondition::Match(first);
    let second = store.put(&orders, "1", "b".into(), &replace).await?;
    let found = store.get(&orders, "1").await?;
    let found = found.map(|found| (found.etag, found.data));
    equal("the document", found, Some((second, "b".into())))?;
    let page = PageRequest::default();
    let range = store.range(&orders, &Range::All, &page).await?;
    equal("documents", range.items.len(), 1)?;
    store.delete(&orders, "1", &Precondition::None).await?;
    equal("what is left", store.get(&orders, "1").await?, None)
}

async fn lists(stores: &DynamoStores) -> Outcome {
    let (store, list) = (stores.key_list(), unique());
    let add = |item: &'static str| {
        let (store, list) = (&store, &list);
        async move { store.add(list, "1", item, &Precondition::None).await }
    };
    for item in ["a", "b", "c", "d"] {
        equal(item, add(item).await?, Added::New)?;
    }
    equal("again", add("a").await?, Added::Already)?;
    equal("b", store.contains(&list, "1", "b").await?, true)?;
    store.remove(&list, "1", "b").await?;
    let page = PageRequest::default();
    let items = store.items(&list, "1", &page).await?.items;
    equal("items", items, ["a", "c", "d"].map(String::from).into())?;
    store.clear(&list, "1").await?;
    let items = store.items(&list, "1", &page).await?.items;
    equal("after clearing", items, Vec::new())
}

async fn counters(stores: &DynamoStores) -> Outcome {
    use CounterOutcome::{AlreadyApplied, Applied, BelowFloor};
    let (store, key) = (stores.counter(), unique());
    let once = |delta: i64, id: &str| Change::add(delta).once(OperationId::new(id)).with_floor(0);
    for (delta, id, expected) in [
        (5, "a", Applied(5)),
        (5, "a", AlreadyApplied(5)),
        (-3, "b", Applied(2)),
        (-3, "c", BelowFloor(2)),
        (2, "d", Applied(4)),
        (-3, "b", AlreadyApplied(4)),
        (-3, "c", Applied(1)),
    ] {
        let outcome = store.change(&key, &once(delta, id)).await?;
        equal(id, outcome, expected)?;
    }
    equal("the counter", store.value(&key).await?, 1)
}

async fn locks(stores: &DynamoStores) -> Outcome {
    let (store, name) = (stores.lock(), unique());
    let taken = store.try_acquire(&name, HELD).await?;
    let grant = taken.ok_or("it was not taken")?;
    let other = store.try_acquire(&name, HELD).await?;
    equal("taken twice", other, None)?;
    let renewed = store.renew(&name, grant.fencing_token, HELD).await?;
    equal("the token", renewed.fencing_token, grant.fencing_token)?;
    store.release(&name, grant.fencing_token).await?;
    let next = store.try_acquire(&name, HELD).await?;
    let next = next.ok_or("it was not released")?;
    equal(
        "the next token",
        next.fencing_token,
        grant.fencing_token + 1,
    )
}

async fn inbox(stores: &DynamoStores) -> Outcome {
    let store = stores.inbox();
    let key = InboxKey {
        event: EventId::new(),
        queue: "OrderAccepted-Payment".parse()?,
    };
    let entry = |follow_ups| InboxEntry { follow_ups };
    let record = |follow_ups| store.record(&key, entry(follow_ups), HELD);
    let looked = store.look(&key).await?;
    equal("before", looked, None)?;
    equal("first", record(7).await?, InboxOutcome::First)?;
    equal("second", record(8).await?, InboxOutcome::Seen(entry(7)))?;
    let looked: Result<_> = store.look(&key).await;
    equal("afterwards", looked?, Some(entry(7)))
}
