//! Every operation of the stores, made many times in turn.

use std::time::Duration;

use beehive_aws::dynamo::DynamoStores;
use beehive_aws::s3::S3KeyValue;
use beehive_core::event::EventId;
use beehive_core::page::PageRequest;
use beehive_core::queue::QueueName;
use beehive_core::store::{
    Change, CollectionStore as _, CounterStore as _, Inbox as _, InboxEntry, InboxKey,
    KeyListStore as _, KeyValueStore as _, LockStore as _, OperationId, Precondition, PutOptions,
    Range,
};
use beehive_tests::trials::namespace;
use tokio::time::Instant;

use super::counted::Counted;
use crate::Result;
use crate::report::{Report, Target, count};

/// Longer than the run takes.
const HELD: Duration = Duration::from_hours(1);
/// What a thousand of most operations are to take.
const ONE_EACH: Target = "1000";

/// What is measured with.
pub(super) struct Bench {
    pub(super) wire: Counted,
    pub(super) times: u64,
}

impl Bench {
    pub(super) async fn documents(&self, report: &mut Report, stores: &DynamoStores) -> Result<()> {
        let (store, name) = (stores.collection(), namespace());
        let (absent, none) = (Precondition::Absent, Precondition::None);
        self.each(report, "document_insert", ONE_EACH, async |id| {
            store.put(&name, &id, body(), &absent).await?;
            Ok(())
        })
        .await?;
        self.each(report, "document_get", ONE_EACH, async |id| {
            store.get(&name, &id).await?;
            Ok(())
        })
        .await?;
        self.each(report, "document_page", ONE_EACH, async |_| {
            let page = PageRequest::first(50);
            store.range(&name, &Range::All, &page).await?;
            Ok(())
        })
        .await?;
        self.each(report, "document_delete", ONE_EACH, async |id| {
            Ok(store.delete(&name, &id, &none).await?)
        })
        .await
    }

    pub(super) async fn lists(&self, report: &mut Report, stores: &DynamoStores) -> Result<()> {
        let (store, name) = (stores.key_list(), namespace());
        self.each(report, "list_add", ONE_EACH, async |item| {
            store.add(&name, "1", &item, &Precondition::None).await?;
            Ok(())
        })
        .await?;
        self.each(report, "list_contains", ONE_EACH, async |item| {
            store.contains(&name, "1", &item).await?;
            Ok(())
        })
        .await
    }

    pub(super) async fn counters(&self, report: &mut Report, stores: &DynamoStores) -> Result<()> {
        let (store, name) = (stores.counter(), namespace());
        self.each(report, "counter_change", ONE_EACH, async |_| {
            store.change(&name, &Change::add(1)).await?;
            Ok(())
        })
        .await?;
        self.each(report, "counter_change_once", ONE_EACH, async |id| {
            let change = Change::add(1).once(OperationId::new(id));
            store.change(&name, &change).await?;
            Ok(())
        })
        .await?;
        self.each(report, "counter_value", ONE_EACH, async |_| {
            store.value(&name).await?;
            Ok(())
        })
        .await
    }

    /// Locks, and the inbox that each event passes.
    pub(super) async fn leases(&self, report: &mut Report, stores: &DynamoStores) -> Result<()> {
        let (lock, name) = (stores.lock(), namespace());
        self.each(report, "lock_acquire", ONE_EACH, async |id| {
            lock.try_acquire(&format!("{name}{id}"), HELD).await?;
            Ok(())
        })
        .await?;
        let inbox = stores.inbox();
        let queue: QueueName = "Bench-Inbox".parse()?;
        self.each(report, "inbox_look_and_record", "2000", async |_| {
            let key = InboxKey {
                event: EventId::new(),
                queue: queue.clone(),
            };
            inbox.look(&key).await?;
            let entry = InboxEntry { follow_ups: 1 };
            inbox.record(&key, entry, HELD).await?;
            Ok(())
        })
        .await
    }

    pub(super) async fn values(&self, report: &mut Report, store: &S3KeyValue) -> Result<()> {
        let name = namespace();
        self.each(report, "value_insert", ONE_EACH, async |id| {
            let insert = PutOptions::insert();
            store
                .put(&format!("{name}/{id}"), body().into(), insert)
                .await?;
            Ok(())
        })
        .await?;
        self.each(report, "value_get", ONE_EACH, async |id| {
            let found = store.get(&format!("{name}/{id}")).await?;
            let found = found.ok_or("the value is gone")?;
            found.value.into_bytes(1024).await?;
            Ok(())
        })
        .await
    }

    /// Makes an operation so many times, each with a number of its own, and reports what it took.
    async fn each(
        &self,
        report: &mut Report,
        name: &str,
        target: Target,
        operation: impl AsyncFn(String) -> Result<()>,
    ) -> Result<()> {
        self.wire.take();
        let start = Instant::now();
        for number in 0..self.times {
            operation(number.to_string()).await?;
        }
        let (took, requests) = (start.elapsed(), self.wire.take());
        let times = count(self.times);
        let key = format!("aws_{name}_requests_per_1000");
        report.put(&key, count(requests) * 1000.0 / times, "requests", target);
        let milliseconds = took.as_secs_f64() * 1000.0 / times;
        report.put(&format!("aws_{name}_ms"), milliseconds, "ms each", "");
        Ok(())
    }
}

fn body() -> bytes::Bytes {
    vec![b'x'; 256].into()
}
