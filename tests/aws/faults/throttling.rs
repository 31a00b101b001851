//! Answers that the emulators never give: throttling, conflicts of transactions, unprocessed items.

use beehive_core::page::PageRequest;
use beehive_core::store::CounterOutcome::Applied;
use beehive_core::store::{
    Change, CollectionStore as _, CounterStore as _, KeyListStore as _, KeyValueStore as _,
    OperationId, Precondition, PutOptions, Range,
};
use beehive_tests::gate::Fault::{Conflict, Throttle};
use beehive_tests::trials::{Outcome, Trial};

use super::{equal, spent};
use crate::emulator::{dynamo_over, s3_over, trial, unique};
use crate::wire::{Fault, Wire};

const IN_PROGRESS: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionInProgressException","message":"the transaction with this token is under way"}"#;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("faults::throttled::dynamo", throttled),
        trial("faults::throttled::transactions", transactions),
        trial("faults::throttled::unprocessed", unprocessed),
        trial("faults::throttled::s3", throttled_s3),
    ]
}

async fn throttled() -> Outcome {
    let wire = Wire::new();
    let stores = dynamo_over(&wire).await?;
    for operation in ["PutItem", "GetItem", "Query", "DeleteItem", "UpdateItem"] {
        wire.fail(operation, Fault::Refuse(Throttle));
        // Nobody is in the way of who reads.
        if !["GetItem", "Query"].contains(&operation) {
            wire.fail(operation, Fault::Refuse(Conflict));
        }
        wire.fail(operation, Fault::Refuse(Throttle));
    }
    let (collection, orders) = (stores.collection(), unique());
    let put = collection.put(&orders, "1", "a".into(), &Precondition::Absent);
    let etag = put.await?;
    let found = collection.get(&orders, "1").await?;
    equal("version", found.map(|found| found.etag), Some(etag.clone()))?;
    let page = PageRequest::default();
    let page = collection.range(&orders, &Range::All, &page).await?;
    equal("documents", page.items.len(), 1)?;
    let this = Precondition::Match(etag);
    collection.delete(&orders, "1", &this).await?;
    // Throttled changes were not applied, so even a plain one is tried again.
    let changed = stores.counter().change(&orders, &Change::add(5)).await?;
    equal("counter", changed, Applied(5))?;
    spent(&wire)
}

async fn transactions() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.counter();
    let key = unique();
    for operation in ["TransactGetItems", "TransactWriteItems"] {
        wire.fail(operation, Fault::Refuse(Conflict));
        wire.fail(operation, Fault::Refuse(Throttle));
        wire.fail(operation, Fault::Refuse(Conflict));
    }
    let change = Change::add(5).once(OperationId::new("one"));
    equal("outcome", store.change(&key, &change).await?, Applied(5))?;
    equal("value", store.value(&key).await?, 5)?;
    // The first attempt is not answered, and is still under way when it is made again.
    wire.fail("TransactWriteItems", Fault::Swallow);
    let status = 400;
    let body = IN_PROGRESS;
    wire.fail("TransactWriteItems", Fault::Answer { status, body });
    let change = Change::add(5).once(OperationId::new("two"));
    equal("outcome", store.change(&key, &change).await?, Applied(10))?;
    equal("value", store.value(&key).await?, 10)?;
    spent(&wire)
}

async fn unprocessed() -> Outcome {
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.key_list();
    // The answer that follows must name the list, so it is the one list here that is not unique.
    let list = "faults-unprocessed";
    store.clear(list, "1").await?;
    for item in ["a", "b"] {
        store.add(list, "1", item, &Precondition::None).await?;
    }
    wire.fail(
        "BatchWriteItem",
        Fault::Answer {
            status: 200,
            body: r#"{"UnprocessedItems":{"beehive-tests-key-list":[
                {"DeleteRequest":{"Key":{"pk":{"S":"/18:faults-unprocessed1"},"sk":{"S":"a"}}}},
                {"DeleteRequest":{"Key":{"pk":{"S":"/18:faults-unprocessed1"},"sk":{"S":"b"}}}}]}}"#,
        },
    );
    store.clear(list, "1").await?;
    let left = store.items(list, "1", &PageRequest::default()).await?;
    equal("what is left", left.items, Vec::new())?;
    spent(&wire)
}

async fn throttled_s3() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    wire.fail("PutObject", Fault::Refuse(Throttle));
    wire.fail("PutObject", Fault::Refuse(Conflict));
    let etag = store.put(&key, "a".into(), PutOptions::insert()).await?;
    wire.fail("HeadObject", Fault::Refuse(Throttle));
    let info = store.info(&key).await?;
    equal("version", info.map(|info| info.etag), Some(etag))?;
    spent(&wire)
}
