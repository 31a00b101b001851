//! The broker and the network fail under a running hive.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::queue::EventQueue as _;
use beehive_tests::proxy::{Passage, Proxy};
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use lapin::options::{QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use libtest_mimic::Failed;
use tokio::time::{Instant, sleep, timeout};

use super::workflow::Workflow;
use crate::amqp::Client;

/// For what a broker does in its own time.
const SOON: Duration = Duration::from_secs(30);

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("hive::survives_a_killed_broker", a_killed_broker).with_brokers(1),
        trial("hive::survives_a_restarted_broker", a_restarted_broker).with_brokers(1),
        trial("hive::survives_closed_connections", closed_connections).with_brokers(1),
        trial("hive::survives_a_deleted_queue", a_deleted_queue).with_brokers(1),
        trial("hive::waits_for_a_full_queue", a_full_queue).with_brokers(1),
        trial("hive::waits_out_an_alarm", an_alarm).with_brokers(1),
        trial("hive::stops_during_an_alarm", a_stop_during_an_alarm).with_brokers(1),
        trial("hive::survives_resets_and_a_black_hole", a_bad_network).with_brokers(1),
    ]
}

async fn started(place: &Place) -> Result<(Broker, Workflow), Failed> {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let mut workflow = Workflow::start(place, broker.url()).await?;
    workflow.publish(20).await?;
    workflow.recovered().await?;
    Ok((broker, workflow))
}

async fn is_down(workflow: &Workflow) -> Outcome {
    eventually("a hive that says it is not well", SOON, || async {
        Ok::<_, Failed>((!workflow.queue.health().is_up()).then_some(()))
    })
    .await
}

async fn a_killed_broker(place: Place) -> Outcome {
    let (broker, mut workflow) = started(&place).await?;
    broker.flush_declarations().await?;
    broker.kill().await?;
    is_down(&workflow).await?;
    broker.start_again().await?;
    workflow.publish(30).await?;
    workflow.conclude().await
}

/// A broker that stops says good-bye.
async fn a_restarted_broker(place: Place) -> Outcome {
    let (broker, mut workflow) = started(&place).await?;
    broker.stop().await?;
    is_down(&workflow).await?;
    broker.start_again().await?;
    workflow.publish(30).await?;
    workflow.conclude().await
}

async fn closed_connections(place: Place) -> Outcome {
    let (broker, mut workflow) = started(&place).await?;
    for _ in 0..3 {
        let (closed, published) =
            tokio::join!(broker.close_all_connections(), workflow.publish(30));
        closed?;
        published?;
    }
    workflow.conclude().await
}

/// What the queue held is gone with it; what comes afterwards is not.
async fn a_deleted_queue(place: Place) -> Outcome {
    let (broker, mut workflow) = started(&place).await?;
    for queue in ["Start-Step", "Next-End"] {
        broker
            .delete_queue(&format!("{}.{queue}", place.namespace))
            .await?;
        workflow.publish(10).await?;
        workflow.recovered().await?;
    }
    workflow.conclude().await
}

/// F8: what follows is refused by a full queue, so that it is not committed what it follows from; all
/// of it goes on when there is room.
async fn a_full_queue(place: Place) -> Outcome {
    const LENGTH: u32 = 3;
    const EVENTS: usize = 20;
    let (broker, mut workflow) = started(&place).await?;
    let before = workflow.committed_by("Start-Step");
    // Another program's, which nobody reads.
    let client = Client::connect(broker.url()).await?;
    let full = format!("{}.full", place.namespace);
    let mut arguments = FieldTable::default();
    arguments.insert("x-max-length".into(), AMQPValue::LongLongInt(LENGTH.into()));
    let refusing = AMQPValue::LongString("reject-publish".into());
    arguments.insert("x-overflow".into(), refusing);
    let durable = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    let declared = client
        .channel
        .queue_declare(full.as_str().into(), durable, arguments);
    declared.await?;
    let topic = format!("{}.Next", place.namespace);
    let bound = client.channel.queue_bind(
        full.as_str().into(),
        topic.into(),
        "".into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    bound.await?;

    workflow.publish(EVENTS).await?;
    eventually("a step that is not confirmed", SOON, || async {
        Ok::<_, Failed>((workflow.running.statistics().failed > 0).then_some(()))
    })
    .await?;
    let committed = workflow.committed_by("Start-Step") - before;
    assert_eq!(committed, u64::from(LENGTH), "committed meanwhile");
    broker.delete_queue(&full).await?;
    workflow.conclude().await
}

async fn an_alarm(place: Place) -> Outcome {
    let (broker, mut workflow) = started(&place).await?;
    broker.raise_memory_alarm().await?;
    let queue = Arc::clone(&workflow.queue);
    // Whoever publishes waits for its end.
    let (cleared, published) = tokio::join!(
        async {
            eventually("a blocked connection", SOON, || async {
                Ok::<_, Failed>((!queue.health().is_up()).then_some(()))
            })
            .await?;
            sleep(Duration::from_secs(4)).await;
            broker.clear_memory_alarm().await.map_err(Failed::from)
        },
        workflow.publish(10)
    );
    cleared?;
    published?;
    workflow.publish(10).await?;
    workflow.conclude().await
}

async fn a_stop_during_an_alarm(place: Place) -> Outcome {
    let (broker, workflow) = started(&place).await?;
    broker.raise_memory_alarm().await?;
    let publisher = workflow.running.publisher();
    let event = beehive_core::event::Event::new("Start", "text/plain", "late");
    let blocked = timeout(Duration::from_secs(2), publisher.publish(event)).await;
    assert!(blocked.is_err(), "the alarm blocked nobody: {blocked:?}");
    let stopping = Instant::now();
    workflow.running.drain().await;
    workflow.queue.close().await;
    let took = stopping.elapsed();
    assert!(took < SOON, "stopping took {took:?}");
    Ok(())
}

async fn a_bad_network(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let (proxy, url) = Proxy::in_front_of(broker.url()).await?;
    let mut workflow = Workflow::start(&place, &url).await?;
    workflow.publish(20).await?;
    for _ in 0..3 {
        proxy.reset_all();
        workflow.publish(10).await?;
    }
    workflow.recovered().await?;
    proxy.set_both(Passage::BlackHole);
    is_down(&workflow).await?;
    proxy.set_both(Passage::Open);
    workflow.publish(20).await?;
    workflow.conclude().await
}
