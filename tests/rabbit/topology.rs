//! What is declared is there, what cannot be is explained, and what was deleted comes back.

use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::{EventQueue, FailureHistory, QueueName, Receiver, ReceiverOptions};
use beehive_core::{Error, ErrorKind};
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue, TopologyMode};
use beehive_tests::services::{Broker, BrokerOptions, Permissions, shared_broker};
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use lapin::ExchangeKind;
use lapin::options::{
    ExchangeDeclareOptions, ExchangeDeleteOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use libtest_mimic::Failed;

use crate::amqp::Client;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("topology::declared_twice", declared_twice).with_shared_broker(),
        trial("topology::a_mismatch_is_explained", a_mismatch_is_explained).with_shared_broker(),
        trial("topology::deleted_with_all_of_it", deleted_with_all_of_it).with_shared_broker(),
        trial("topology::deleted_behind_our_back", deleted_behind_our_back).with_shared_broker(),
        trial("topology::checked_by_a_worker", checked_by_a_worker).with_brokers(1),
        trial(
            "topology::each_role_has_its_rights",
            each_role_has_its_rights,
        )
        .with_brokers(1),
    ]
}

fn config(url: &str, namespace: &str) -> Result<RabbitConfig, Error> {
    Ok(RabbitConfig::from_url(url)?.with_namespace(namespace.parse()?))
}

fn shared() -> Result<String, Failed> {
    shared_broker().ok_or_else(|| "no shared broker".into())
}

fn name(text: &str) -> QueueName {
    text.parse().expect("a name")
}

async fn receiver(queue: &RabbitQueue, from: &str) -> Result<Box<dyn Receiver>, Error> {
    let options = ReceiverOptions::new(NonZeroUsize::MIN, Duration::from_mins(1));
    queue.receiver(&name(from), options).await
}

/// Takes one event, and makes sure that it is this one.
async fn takes(receiver: &mut dyn Receiver, event: &Event) -> Outcome {
    let wait = Duration::from_secs(20);
    let lease = receiver.receive(NonZeroUsize::MIN, wait).await?.pop();
    let lease = lease.ok_or("the event did not come")?;
    assert_eq!(lease.event().id(), event.id());
    lease.commit().await?;
    Ok(())
}

fn event(topic: &str) -> Event {
    Event::new(topic, "text/plain", "clover")
}

async fn declared_twice(place: Place) -> Outcome {
    let url = shared()?;
    let quorum = RabbitQueue::connect(config(&url, &place.namespace)?).await?;
    let config = config(&url, &place.namespace)?.with_queue_type(QueueType::Classic);
    let classic = RabbitQueue::connect(config).await?;
    for (queue, texts) in [
        (&quorum, ["Flower-", "Flower-Bee", "Jobs-Jobs"]),
        (&classic, ["Flower-", "Flower-Wasp", "Tasks-Tasks"]),
    ] {
        for text in texts {
            assert!(!queue.exists(&name(text)).await? || text == "Flower-");
            queue.declare(&name(text)).await?;
            queue.declare(&name(text)).await?;
            assert!(queue.exists(&name(text)).await?, "{text}");
        }
    }
    let event = event("Flower");
    quorum.publish(std::slice::from_ref(&event)).await?;
    // Neither loses what is in it.
    quorum.declare(&name("Flower-Bee")).await?;
    classic.declare(&name("Flower-Wasp")).await?;
    takes(&mut *receiver(&quorum, "Flower-Bee").await?, &event).await?;
    takes(&mut *receiver(&classic, "Flower-Wasp").await?, &event).await?;
    quorum.delete_declared().await?;
    classic.delete_declared().await?;
    Ok(())
}

/// What a queue of ours has, as text; numbers are sent as numbers.
const OURS: [(&str, &str); 5] = [
    ("x-queue-type", "quorum"),
    ("x-overflow", "reject-publish"),
    ("x-delivery-limit", "1000"),
    ("x-dead-letter-exchange", ""),
    ("x-dead-letter-strategy", "at-least-once"),
];
/// What a queue of dead letters has.
const DEAD: [(&str, &str); 3] = [
    ("x-queue-type", "quorum"),
    ("x-overflow", "reject-publish"),
    ("x-delivery-limit", "2147483647"),
];

async fn a_mismatch_is_explained(place: Place) -> Outcome {
    let namespace = &place.namespace;
    let url = shared()?;
    let client = Client::connect(&url).await?;
    let queue = RabbitQueue::connect(config(&url, namespace)?).await?;
    for (end, argument, there, wanted) in [
        ("Drop-Head", "x-overflow", "drop-head", "reject-publish"),
        ("Few-Deliveries", "x-delivery-limit", "7", "1000"),
        ("Short-Queue", "x-max-length", "5", "none"),
        ("Other-Letters", "x-dead-letter-exchange", "elsewhere", "''"),
        (
            "Old-Letters.dead",
            "x-overflow",
            "drop-head",
            "reject-publish",
        ),
    ] {
        let ours = end.trim_end_matches(".dead");
        let called = format!("{namespace}.{end}");
        let key = format!("{namespace}.{ours}.dead");
        let mut arguments: Vec<_> = if ours == end {
            let key = ("x-dead-letter-routing-key", key.as_str());
            OURS.into_iter().chain([key]).collect()
        } else {
            DEAD.into()
        };
        arguments.retain(|(name, _)| *name != argument);
        arguments.push((argument, there));
        declare_foreign(&client, &called, &arguments).await?;
        for _ in 0..2 {
            let error = queue.declare(&name(ours)).await.expect_err("a conflict");
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
            assert!(!error.is_temporary());
            let said = format!(
                "(queue: {called}, argument: {argument}, there is: {there}, wanted: {wanted}, for: \
                 {ours})"
            );
            assert!(error.to_string().contains(&said), "{error}");
            assert!(error.to_string().contains("delete it and start again"));
        }
        // It is as it was.
        declare_foreign(&client, &called, &arguments).await?;
        let options = QueueDeleteOptions::default();
        client.channel.queue_delete(called.into(), options).await?;
        queue.declare(&name(ours)).await?;
    }

    let classic = config(&url, namespace)?.with_queue_type(QueueType::Classic);
    let classic = RabbitQueue::connect(classic).await?;
    let drop_head = name("Drop-Head");
    let error = classic.declare(&drop_head).await.expect_err("a conflict");
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");

    let durable = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    let exchange = format!("{namespace}.Direct").into();
    let kind = ExchangeKind::Direct;
    let declared = client
        .channel
        .exchange_declare(exchange, kind, durable, FieldTable::default());
    declared.await?;
    let direct = name("Direct-");
    let error = queue.declare(&direct).await.expect_err("a conflict");
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    let said = "there is: direct, wanted: fanout";
    assert!(error.to_string().contains(said), "{error}");
    queue.delete(&direct).await?;
    queue.delete_declared().await?;
    Ok(())
}

async fn declare_foreign(client: &Client, queue: &str, arguments: &[(&str, &str)]) -> Outcome {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        let value = match value.parse() {
            Ok(number) => AMQPValue::LongLongInt(number),
            Err(_) => AMQPValue::LongString((*value).into()),
        };
        table.insert((*name).into(), value);
    }
    let durable = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    let declared = client.channel.queue_declare(queue.into(), durable, table);
    declared.await?;
    Ok(())
}

async fn deleted_with_all_of_it(place: Place) -> Outcome {
    let url = shared()?;
    let queue = RabbitQueue::connect(config(&url, &place.namespace)?).await?;
    let other = RabbitQueue::connect(config(&url, &place.namespace)?).await?;
    for text in ["Flower-Bee", "Flower-Wasp", "Jobs-Jobs"] {
        queue.declare(&name(text)).await?;
    }
    other.declare(&name("Flower-Moth")).await?;

    queue.delete(&name("Jobs-Jobs")).await?;
    assert!(!is_there(&url, &place, "Jobs-Jobs").await?);
    assert!(!is_there(&url, &place, "Jobs-Jobs.dead").await?);

    queue.delete(&name("Flower-Bee")).await?;
    assert!(!is_there(&url, &place, "Flower-Bee.dead").await?);
    assert!(queue.exists(&name("Flower-")).await?);

    queue.delete(&name("Flower-")).await?;
    queue.delete(&name("Flower-")).await?;
    assert!(!queue.exists(&name("Flower-")).await?);
    assert!(!is_there(&url, &place, "Flower-Wasp").await?);
    assert!(!is_there(&url, &place, "Flower-Wasp.dead").await?);
    // The broker does not tell what was bound, and this one was declared elsewhere.
    assert!(is_there(&url, &place, "Flower-Moth").await?);
    other.delete(&name("Flower-")).await?;
    assert!(!is_there(&url, &place, "Flower-Moth").await?);
    queue.delete_declared().await?;
    Ok(())
}

/// Whether there is a queue, asked without beehive.
async fn is_there(url: &str, place: &Place, queue: &str) -> Result<bool, Failed> {
    let client = Client::connect(url).await?;
    let passive = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let queue = format!("{}.{queue}", place.namespace);
    let asked = client
        .channel
        .queue_declare(queue.into(), passive, FieldTable::default());
    Ok(asked.await.is_ok())
}

async fn deleted_behind_our_back(place: Place) -> Outcome {
    let url = shared()?;
    let queue = RabbitQueue::connect(config(&url, &place.namespace)?).await?;
    let bee = name("Flower-Bee");
    queue.declare(&bee).await?;
    let client = Client::connect(&url).await?;
    let delete_queue = async |end: String| {
        let called = format!("{}.{end}", place.namespace).into();
        let options = QueueDeleteOptions::default();
        client.channel.queue_delete(called, options).await.map(drop)
    };
    let delete_exchange = async |end: String| {
        let called = format!("{}.{end}", place.namespace).into();
        let options = ExchangeDeleteOptions::default();
        client.channel.exchange_delete(called, options).await
    };
    for end in ["Flower-Bee", "Flower-Bee.dead", "delay.undelivered"] {
        delete_queue(end.into()).await?;
    }
    for end in ["Flower", "delay.due", "delay.undelivered"] {
        delete_exchange(end.into()).await?;
    }
    for level in 0..26 {
        delete_queue(format!("delay.{level:02}")).await?;
        delete_exchange(format!("delay.{level:02}")).await?;
    }
    queue.declare(&bee).await?;
    for delay in [Duration::ZERO, Duration::from_millis(300)] {
        let event = event("Flower").deliver_after(delay);
        queue.publish(std::slice::from_ref(&event)).await?;
        let mut reader = receiver(&queue, "Flower-Bee").await?;
        takes(&mut *reader, &event).await?;
        reader.close().await?;
    }
    // A level alone, which nothing tells us of but the next event that needs it.
    delete_exchange("delay.01".into()).await?;
    let late = event("Flower").deliver_after(Duration::from_millis(300));
    queue.publish(std::slice::from_ref(&late)).await?;
    takes(&mut *receiver(&queue, "Flower-Bee").await?, &late).await?;
    queue.delete_declared().await?;
    Ok(())
}

async fn checked_by_a_worker(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let none = Permissions {
        configure: "^$",
        write: "^$",
        read: "^$",
    };
    broker.add_user("idle", "idle", none).await?;
    let url = broker.url_as("idle", "idle");
    let checking = config(&url, &place.namespace)?.with_topology(TopologyMode::Check);
    let checking = RabbitQueue::connect(checking).await?;
    let names = ["Flower-", "Flower-Bee", "Jobs-Jobs"];
    for text in names {
        let error = checking.declare(&name(text)).await.expect_err("missing");
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        let text = error.to_string();
        assert!(text.contains("with configure permission"), "{text}");
        assert!(text.contains(&format!(": {}.", place.namespace)), "{text}");
    }
    assert_eq!(broker.queues().await?, []);

    let declaring = config(broker.url(), &place.namespace)?;
    let declaring = RabbitQueue::connect(declaring).await?;
    for text in names {
        declaring.declare(&name(text)).await?;
    }
    for text in names {
        checking.declare(&name(text)).await?;
        assert!(checking.exists(&name(text)).await?, "{text}");
    }
    assert!(!checking.exists(&name("Flower-Wasp")).await?);

    let denied = RabbitQueue::connect(config(&url, &place.namespace)?).await?;
    let error = denied
        .declare(&name("Jobs-Jobs"))
        .await
        .expect_err("denied");
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert!(error.to_string().contains("permission"), "{error}");
    Ok(())
}

/// The rights that docs/operations/rabbitmq.md gives each role are what it needs.
async fn each_role_has_its_rights(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let ns = &place.namespace;
    for (role, configure, write, read) in [
        (
            "provisioner",
            format!(r"^{ns}\."),
            format!(r"^({ns}\.|amq\.default$)"),
            format!(r"^{ns}\."),
        ),
        (
            "publisher",
            "^$".into(),
            format!(r"^({ns}\.[A-Za-z0-9_]+|{ns}\.delay\.([0-9]+|due)|amq\.default)$"),
            "^$".into(),
        ),
        (
            "worker",
            "^$".into(),
            format!(r"^({ns}\.[A-Za-z0-9_]+|{ns}\.delay\.([0-9]+|due)|amq\.default)$"),
            format!(r"^{ns}\.[A-Za-z0-9_]+-[A-Za-z0-9_]+(\.dead)?$"),
        ),
    ] {
        let may = Permissions {
            configure: &configure,
            write: &write,
            read: &read,
        };
        broker.add_user(role, role, may).await?;
    }
    let as_role = async |role: &str, topology| {
        let config = config(&broker.url_as(role, role), ns)?.with_topology(topology);
        RabbitQueue::connect(config).await
    };
    let names = ["Flower-", "Flower-Bee", "Jobs-Jobs"];
    let provisioner = as_role("provisioner", TopologyMode::Declare).await?;
    for text in names {
        provisioner.declare(&name(text)).await?;
    }
    let publisher = as_role("publisher", TopologyMode::Check).await?;
    let worker = as_role("worker", TopologyMode::Check).await?;
    for text in names {
        publisher.declare(&name(text)).await?;
        worker.declare(&name(text)).await?;
    }
    let soon = Duration::from_millis(300);
    let flowers = [event("Flower"), event("Flower").deliver_after(soon)];
    publisher.publish(&flowers).await?;
    let job = event("Jobs").with_destination(name("Jobs-Jobs"));
    publisher.publish(std::slice::from_ref(&job)).await?;

    takes(&mut *receiver(&worker, "Jobs-Jobs").await?, &job).await?;
    let mut bee = receiver(&worker, "Flower-Bee").await?;
    let wait = Duration::from_secs(20);
    let lease = bee.receive(NonZeroUsize::MIN, wait).await?.pop();
    let lease = lease.ok_or("the event did not come")?;
    lease.defer(soon, FailureHistory::default()).await?;
    for _ in &flowers {
        let lease = bee.receive(NonZeroUsize::MIN, wait).await?.pop();
        let lease = lease.ok_or("the event did not come")?;
        lease.commit().await?;
    }
    worker.publish(&[event("Flower")]).await?;
    assert_eq!(worker.dead_letters().count(&name("Flower-Bee")).await?, 0);
    // And no more than that.
    let refused = match receiver(&publisher, "Flower-Bee").await {
        Ok(mut opened) => opened.receive(NonZeroUsize::MIN, wait).await.map(drop),
        Err(error) => Err(error),
    };
    assert_eq!(refused.expect_err("denied").kind(), ErrorKind::Denied);
    provisioner.delete_declared().await?;
    Ok(())
}
