//! Meters tell what happens, under the names that the documentation gives them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::{EventQueue as _, Lease, QueueName, Receiver, ReceiverOptions};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::proxy::Proxy;
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use tokio::runtime::Builder;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(20);
const LEASE: Duration = Duration::from_secs(60);
/// How many events there are.
const EVENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2);
/// Where each meter stands.
const DOCUMENTATION: &str = include_str!("../../beehive-rabbit/src/lib.rs");

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("metrics::tell_what_happens", tell_what_happens).with_shared_broker()]
}

async fn tell_what_happens(place: Place) -> Outcome {
    let url = shared_broker().ok_or("no shared broker")?;
    let (proxy, through) = Proxy::in_front_of(&url).await?;
    // A thread of its own: what is counted on it is this trial's.
    tokio::task::spawn_blocking(move || {
        let recorder = DebuggingRecorder::new();
        let meters = Meters::new(&recorder);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        metrics::with_local_recorder(&recorder, || {
            runtime.block_on(everything(&place, &through, &proxy, &meters))
        })
    })
    .await?
}

async fn everything(place: &Place, url: &str, proxy: &Proxy, meters: &Meters) -> Outcome {
    let config = RabbitConfig::from_url(url)?.with_namespace(place.namespace.parse()?);
    let queue = RabbitQueue::connect(config).await?;
    let bee: QueueName = "Flower-Bee".parse()?;
    queue.declare(&bee).await?;
    for role in ["publish", "control", "consume"] {
        meters.expect("connections", role, 1).await?;
        meters.expect("connections_blocked", role, 0).await?;
        meters.expect("reconnects_total", role, 0).await?;
    }
    let flowers = (0..EVENTS.get()).map(|_| "Flower");
    let events: Vec<_> = flowers
        .chain(["Stone"])
        .map(|topic| Event::new(topic, "text/plain", "clover"))
        .collect();
    queue.publish(&events).await?;
    meters.expect("published_total", "", 3).await?;
    meters.expect("unrouted_total", "", 1).await?;
    meters.expect("publish_failed_total", "", 0).await?;
    meters.expect("publish_in_flight", "", 0).await?;

    let options = ReceiverOptions::new(EVENTS, LEASE);
    let mut receiver = queue.receiver(&bee, options).await?;
    let mut leases = taken(&mut *receiver, EVENTS.get()).await?;
    meters.expect("deliveries_total", "Flower-Bee", 3).await?;
    meters.expect("redeliveries_total", "Flower-Bee", 0).await?;
    leases.pop().ok_or("a third lease")?.commit().await?;
    meters.expect("acks_total", "Flower-Bee", 1).await?;
    meters
        .expect("settling_frames_total", "Flower-Bee", 1)
        .await?;

    proxy.reset_all();
    for lease in &leases {
        timeout(SOON, lease.lost()).await?;
    }
    for (reason, count) in [("channel", 2), ("expired", 0), ("untold", 0)] {
        meters.expect("leases_lost_total", reason, count).await?;
    }
    drop(leases);
    for role in ["publish", "control", "consume"] {
        meters.expect("reconnects_total", role, 1).await?;
        meters.expect("connections", role, 1).await?;
    }
    for lease in taken(&mut *receiver, 2).await? {
        lease.commit().await?;
    }
    meters
        .expect("resubscriptions_total", "Flower-Bee", 1)
        .await?;
    meters.expect("redeliveries_total", "Flower-Bee", 2).await?;
    meters.expect("acks_total", "Flower-Bee", 3).await?;
    receiver.close().await?;
    queue.delete_declared().await?;
    queue.close().await;
    for role in ["publish", "control", "consume"] {
        meters.expect("connections", role, 0).await?;
    }
    meters.are_documented()
}

/// So many leases; while the connection is down it asks again.
async fn taken(receiver: &mut dyn Receiver, count: usize) -> Result<Vec<Lease>, Failed> {
    let mut leases = Vec::new();
    while let Some(missing) = NonZeroUsize::new(count - leases.len()) {
        match timeout(SOON, receiver.receive(missing, SOON)).await? {
            Ok(more) => leases.extend(more),
            Err(error) if error.is_temporary() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(leases)
}

/// What was counted.
struct Meters {
    snapshots: Snapshotter,
    /// By name and one label. Each snapshot sets all of them to zero, gauges too.
    values: Mutex<BTreeMap<(String, String), f64>>,
}

impl Meters {
    fn new(recorder: &DebuggingRecorder) -> Self {
        Self {
            snapshots: recorder.snapshotter(),
            values: Mutex::default(),
        }
    }

    /// Waits until a meter that has this label, or none, shows this.
    async fn expect(&self, name: &str, label: &str, expected: u32) -> Outcome {
        let key = (format!("beehive_rabbit_{name}"), label.to_owned());
        let shown = eventually(name, SOON, || async {
            let is_so = self.values().get(&key) == Some(&f64::from(expected));
            Ok::<_, Failed>(is_so.then_some(()))
        });
        let shown = shown.await;
        shown.map_err(|_| format!("{key:?} is not {expected}: {:?}", self.values()).into())
    }

    fn values(&self) -> BTreeMap<(String, String), f64> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _, _, value) in self.snapshots.snapshot().into_vec() {
            let key = key.key();
            // The queue stands before the reason.
            let label = key.labels().last().map_or("", |label| label.value());
            let more = match value {
                DebugValue::Counter(count) => f64::from(u32::try_from(count).unwrap_or(u32::MAX)),
                DebugValue::Gauge(value) => value.into_inner(),
                DebugValue::Histogram(_) => 0.0,
            };
            let key = (key.name().to_owned(), label.to_owned());
            *values.entry(key).or_default() += more;
        }
        values.clone()
    }

    /// Nobody can watch what nobody has told of.
    fn are_documented(&self) -> Outcome {
        for (name, _) in self.values().into_keys() {
            let is_told = DOCUMENTATION.contains(&format!("`{name}`"));
            if name.starts_with("beehive_rabbit_") && !is_told {
                return Err(format!("{name} is not documented").into());
            }
        }
        Ok(())
    }
}
