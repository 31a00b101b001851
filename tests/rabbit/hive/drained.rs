//! A process stops, and ends as soon as its hive has.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::hive::{FactorySettings, Hive};
use beehive_core::queue::{EventQueue as _, QueueName, ReceiverOptions};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;
use tokio::sync::watch;
use tokio::time::timeout;

use super::actors::actor;
use super::process::{Marks, Role, SOON, started};

/// How many events are in work when the process is told to stop.
const EVENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);
/// Longer than a broker takes to deliver what is there.
const A_WHILE: Duration = Duration::from_secs(2);

pub(super) fn trials() -> Vec<Trial> {
    vec![trial("hive::a_clean_drain_leaves_nothing", leaves_nothing).with_brokers(1)]
}

fn queue() -> Result<QueueName, beehive_core::Error> {
    "Start-Bee".parse()
}

/// Takes all events into work, and finishes none before it is told; stops before that, when it is
/// told. The hive owns the queue, so nobody else closes it.
pub(super) async fn work(config: RabbitConfig, marks: Marks) -> Outcome {
    let (finish, finished) = watch::channel(false);
    let begun = Arc::new(AtomicUsize::new(0));
    let noted = marks.clone();
    let script = move |_: Event| {
        let (marks, begun, mut finished) = (noted.clone(), Arc::clone(&begun), finished.clone());
        async move {
            if begun.fetch_add(1, Ordering::Relaxed) + 1 == EVENTS.get() {
                marks.set("begun")?;
            }
            finished.wait_for(|is_so| *is_so).await?;
            Ok(Vec::new())
        }
    };
    let hive = Hive::builder("drained")
        .queue(RabbitQueue::connect(config).await?)
        .settings(FactorySettings::default().with_parallelism(EVENTS))
        .register(actor(&queue()?, script))
        .entry("Start")
        .build()?;
    let told = marks.clone();
    tokio::spawn(async move {
        told.wait("finish").await.ok();
        finish.send_replace(true);
    });
    let report = hive
        .run_until(async move {
            marks.wait("stop").await.ok();
        })
        .await?;
    let processed = usize::try_from(report.statistics.processed)?;
    if report.is_clean() && processed == EVENTS.get() {
        Ok(())
    } else {
        Err(format!("{processed} processed; {report}").into())
    }
}

/// F38: what is finished while a hive stops is committed at the broker before the hive has stopped.
async fn leaves_nothing(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let marks = Marks::of(&place)?;
    let config = RabbitConfig::from_url(broker.url())?.with_namespace(place.namespace.parse()?);
    let observer = RabbitQueue::connect(config).await?;
    observer.declare(&queue()?).await?;
    let events: Vec<_> = (0..EVENTS.get())
        .map(|number| Event::new("Start", "text/plain", number.to_string()))
        .collect();
    observer.publish(&events).await?;

    let mut process = started(Role::Leaver, broker.url(), &place, &marks)?;
    marks.wait("begun").await?;
    marks.set("stop")?;
    // Its intake is closed, so all commits come after that.
    eventually("the end of reading", SOON, || async {
        let consumers = broker.ctl(&["list_consumers", "queue_name"]).await?;
        Ok::<_, Failed>((!consumers.contains("Start-Bee")).then_some(()))
    })
    .await?;
    marks.set("finish")?;
    let ended = timeout(SOON, process.wait()).await??;
    assert!(ended.success(), "the drain was not clean: {ended}");

    let options = ReceiverOptions::new(EVENTS, SOON);
    let mut receiver = observer.receiver(&queue()?, options).await?;
    let again = receiver.receive(EVENTS, A_WHILE).await?;
    assert!(again.is_empty(), "{} come again", again.len());
    marks.remove()
}
