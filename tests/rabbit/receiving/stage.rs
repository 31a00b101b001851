//! A queue to receive from, and a receiver that checks what comes.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::{
    DeadLetterReason, DeadLetterRecord, EventQueue, Lease, QueueName, Receiver, ReceiverOptions,
};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::services::shared_broker;
use beehive_tests::trials::Place;
use jiff::Timestamp;
use libtest_mimic::Failed;
use tokio::time::{Instant, timeout_at};

/// How long leases last here, unless said otherwise.
pub(super) const LEASE: Duration = Duration::from_secs(30);
/// For what a busy broker does in its own time.
pub(super) const SOON: Duration = Duration::from_secs(20);
/// For what must not happen.
pub(super) const A_WHILE: Duration = Duration::from_millis(700);

/// A queue to receive from.
pub(super) struct Stage {
    pub(super) queue: Arc<RabbitQueue>,
    pub(super) bee: QueueName,
    namespace: String,
}

impl Stage {
    /// On the broker that all tests share.
    pub(super) async fn shared(place: &Place) -> Result<Self, Failed> {
        let url = shared_broker().ok_or("no shared broker")?;
        Self::open(place, &url, |config| config).await
    }

    /// On the broker at this URL, configured like this.
    pub(super) async fn open(
        place: &Place,
        url: &str,
        configure: impl FnOnce(RabbitConfig) -> RabbitConfig,
    ) -> Result<Self, Failed> {
        let config = RabbitConfig::from_url(url)?.with_namespace(place.namespace.parse()?);
        let stage = Self {
            queue: Arc::new(RabbitQueue::connect(configure(config)).await?),
            bee: "Flower-Bee".parse()?,
            namespace: place.namespace.clone(),
        };
        stage.queue.declare(&stage.bee).await?;
        Ok(stage)
    }

    /// What a queue is called at the broker.
    pub(super) fn at_broker(&self, name: &str) -> String {
        format!("{}.{name}", self.namespace)
    }

    /// Publishes so many events, and returns their ids.
    pub(super) async fn publish(&self, count: usize) -> Result<BTreeSet<String>, Failed> {
        let events: Vec<_> = (0..count)
            .map(|number| Event::new("Flower", "text/plain", number.to_string()))
            .collect();
        self.queue.publish(&events).await?;
        Ok(events.iter().map(|event| event.id().to_string()).collect())
    }

    /// A receiver with this prefetch.
    pub(super) async fn bee(&self, prefetch: usize) -> Result<Bee, Failed> {
        self.bee_with(prefetch, LEASE).await
    }

    /// A receiver with this prefetch and leases of this length.
    pub(super) async fn bee_with(&self, prefetch: usize, lease: Duration) -> Result<Bee, Failed> {
        self.bee_on(&*self.queue, prefetch, lease).await
    }

    /// The same on another view of the queue.
    pub(super) async fn bee_on(
        &self,
        queue: &dyn EventQueue,
        prefetch: usize,
        lease: Duration,
    ) -> Result<Bee, Failed> {
        let prefetch = NonZeroUsize::new(prefetch).ok_or("no prefetch")?;
        let options = ReceiverOptions::new(prefetch, lease);
        let receiver = queue.receiver(&self.bee, options).await?;
        Ok(Bee { receiver })
    }
}

/// A receiver that checks what comes.
pub(super) struct Bee {
    pub(super) receiver: Box<dyn Receiver>,
}

impl Bee {
    /// So many leases. While the connection is down it asks again.
    pub(super) async fn take(&mut self, count: usize) -> Result<Vec<Lease>, Failed> {
        let end = Instant::now() + SOON;
        let mut leases = Vec::new();
        while let Some(missing) = NonZeroUsize::new(count - leases.len()) {
            let receiving = self.receiver.receive(missing, SOON);
            match timeout_at(end, receiving).await {
                Ok(Ok(more)) => leases.extend(more),
                Ok(Err(error)) if error.is_temporary() => {}
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => return Err(format!("{} of {count} came", leases.len()).into()),
            }
        }
        Ok(leases)
    }

    pub(super) async fn one(&mut self) -> Result<Lease, Failed> {
        let lease = self.take(1).await?.pop();
        lease.ok_or_else(|| "nothing came".into())
    }

    /// Makes sure that nothing comes for a while.
    pub(super) async fn nothing(&mut self) -> Result<(), Failed> {
        let leases = self.receiver.receive(NonZeroUsize::MIN, A_WHILE).await?;
        if leases.is_empty() {
            return Ok(());
        }
        Err(format!("something came: {leases:?}").into())
    }

    /// Commits exactly these, in any order.
    pub(super) async fn commit_exactly(&mut self, ids: &BTreeSet<String>) -> Result<(), Failed> {
        let leases = self.take(ids.len()).await?;
        assert_eq!(&ids_of(&leases), ids);
        for lease in leases {
            lease.commit().await?;
        }
        self.nothing().await
    }
}

pub(super) fn id_of(lease: &Lease) -> String {
    lease.event().id().to_string()
}

pub(super) fn ids_of(leases: &[Lease]) -> BTreeSet<String> {
    leases.iter().map(id_of).collect()
}

pub(super) fn record() -> DeadLetterRecord {
    let now = Timestamp::now();
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec!["wilted".into()],
        attempts: 1,
        actor: "Flower-Bee".into(),
        host: "hive-1".into(),
        first_failure: now,
        last_failure: now,
    }
}
