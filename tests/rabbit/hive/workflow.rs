//! Two actors, the first of which announces what the second counts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::hive::{FactorySettings, Hive, RunningHive};
use beehive_core::prelude::Stores;
use beehive_core::queue::{EventQueue as _, QueueName};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::trials::{Place, eventually};
use libtest_mimic::Failed;

use super::actors::actor;

/// What a broker that boots on a busy machine needs, and the backoff of who waits for it.
const RECOVERY: Duration = Duration::from_secs(60);

/// A running hive of two actors, and what the second one saw.
pub(super) struct Workflow {
    pub(super) queue: Arc<RabbitQueue>,
    pub(super) running: RunningHive,
    seen: Arc<Mutex<BTreeMap<String, u32>>>,
    published: Vec<String>,
}

impl Workflow {
    /// On the broker at this URL.
    pub(super) async fn start(place: &Place, url: &str) -> Result<Self, Failed> {
        let config = RabbitConfig::from_url(url)?
            .with_namespace(place.namespace.parse()?)
            .with_heartbeat(Duration::from_secs(1))
            // What is tested recovers by itself, and not because a silent consumer is replaced.
            .with_silence_limit(Duration::from_mins(10))
            .with_confirm_timeout(Duration::from_secs(3));
        let queue = Arc::new(RabbitQueue::connect(config).await?);
        let seen = Arc::new(Mutex::new(BTreeMap::new()));
        let (first, last): (QueueName, QueueName) = ("Start-Step".parse()?, "Next-End".parse()?);
        let noted = Arc::clone(&seen);
        let step = actor(&first, |event| async move {
            Ok(vec![Event::new("Next", "text/plain", event.data().clone())])
        });
        let end = actor(&last, move |event: Event| {
            let mut seen = noted.lock().unwrap_or_else(PoisonError::into_inner);
            let body = String::from_utf8_lossy(event.data()).into_owned();
            *seen.entry(body).or_default() += 1;
            async { Ok(Vec::new()) }
        });
        let settings = FactorySettings::default()
            .with_wait(Duration::from_secs(2))
            .with_publish_timeout(Duration::from_secs(5));
        let running = Hive::builder("outages")
            .shared_queue(Arc::<RabbitQueue>::clone(&queue))
            .stores(Stores::memory())
            .settings(settings)
            .register(step)
            .register(end)
            .entry("Start")
            .build()?
            .start()
            .await?;
        Ok(Self {
            queue,
            running,
            seen,
            published: Vec::new(),
        })
    }

    /// Publishes so many events, each again under its id until it is confirmed.
    pub(super) async fn publish(&mut self, count: usize) -> Result<(), Failed> {
        let publisher = self.running.publisher();
        for _ in 0..count {
            let body = format!("{:04}", self.published.len());
            let event = Event::new("Start", "text/plain", body.clone());
            eventually("a confirm", RECOVERY, || async {
                match publisher.publish(event.clone()).await {
                    Ok(()) => Ok(Some(())),
                    Err(error) if error.is_temporary() => Ok(None),
                    Err(error) => Err(Failed::from(error)),
                }
            })
            .await?;
            self.published.push(body);
        }
        Ok(())
    }

    /// How many events were done by the actor that reads this.
    pub(super) fn committed_by(&self, queue: &str) -> u64 {
        self.running
            .statistics_by_actor()
            .filter(|(_, name, _)| name.as_str() == queue)
            .map(|(.., statistics)| statistics.processed)
            .sum()
    }

    /// Waits until every event has had its effect, and the hive is well again.
    pub(super) async fn recovered(&self) -> Result<(), Failed> {
        eventually("the effect of every event", RECOVERY, || async {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let all = self.published.iter().all(|body| seen.contains_key(body));
            Ok::<_, Failed>(all.then_some(()))
        })
        .await?;
        eventually("a hive that is well", RECOVERY, || async {
            Ok::<_, Failed>(self.running.status().is_up().then_some(()))
        })
        .await
    }

    /// Stops the hive. Nothing was lost, given up, or done twice.
    pub(super) async fn conclude(self) -> Result<(), Failed> {
        self.recovered().await?;
        for name in ["Start-Step", "Next-End"] {
            let dead = self.queue.dead_letters().count(&name.parse()?).await?;
            assert_eq!(dead, 0, "dead letters of {name}");
        }
        let report = self.running.drain().await;
        assert!(report.is_clean(), "{report}");
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let bodies: Vec<_> = seen.keys().cloned().collect();
        assert_eq!(bodies, self.published, "effects");
        let twice: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "more than once: {twice:?}");
        Ok(())
    }
}
