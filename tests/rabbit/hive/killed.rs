//! A process is killed in the middle of its work.

use beehive_core::event::{Delivery, Event};
use beehive_core::hive::Hive;
use beehive_core::queue::{EventQueue as _, EventQueueExt as _, QueueName};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use tokio::time::Instant;

use super::actors::actor;
use super::process::{Marks, Role, SOON, started};

pub(super) fn trials() -> Vec<Trial> {
    vec![trial("hive::a_killed_process_loses_nothing", loses_nothing).with_shared_broker()]
}

fn queue() -> Result<QueueName, beehive_core::Error> {
    "Start-Bee".parse()
}

/// Processes until killed, which happens during the first attempt.
pub(super) async fn work(config: RabbitConfig, marks: Marks) -> Outcome {
    let script = move |event: Event| {
        let marks = marks.clone();
        async move {
            let attempt = event.delivery().map_or(0, Delivery::attempt);
            marks.set(&format!("started-{attempt}"))?;
            if attempt == 1 {
                // The process is killed here.
                std::future::pending::<()>().await;
            }
            marks.set(&format!("done-{attempt}"))?;
            Ok(Vec::new())
        }
    };
    let hive = Hive::builder("killed")
        .queue(RabbitQueue::connect(config).await?)
        .register(actor(&queue()?, script))
        .entry("Start")
        .build()?;
    hive.run_until(std::future::pending()).await?;
    Ok(())
}

async fn loses_nothing(place: Place) -> Outcome {
    let marks = Marks::of(&place)?;
    let url = shared_broker().ok_or("no shared broker")?;
    let config = RabbitConfig::from_url(&url)?.with_namespace(place.namespace.parse()?);
    let observer = RabbitQueue::connect(config).await?;
    observer.declare(&queue()?).await?;
    observer
        .push(Event::new("Start", "text/plain", "clover"))
        .await?;

    let mut first = started(Role::Victim, &url, &place, &marks)?;
    marks.wait("started-1").await?;
    let mut second = started(Role::Victim, &url, &place, &marks)?;
    let killing = Instant::now();
    first.kill().await?;
    // The second one gets it, with the lost attempt counted.
    marks.wait("done-2").await?;
    let took = killing.elapsed();
    assert!(took < SOON, "it took {took:?}");
    second.kill().await?;
    assert!(!marks.is_set("done-1")?);

    marks.remove()?;
    observer.delete_declared().await?;
    observer.delete_delays().await?;
    Ok(())
}
