//! Connections die, and come back.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::{
    EventQueue as _, EventQueueExt as _, Health, QueueName, Receipt, ReceiverOptions,
};
use beehive_core::{Error, ErrorKind};
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue};
use beehive_tests::proxy::{Passage, Proxy};
use beehive_tests::services::{Broker, BrokerOptions, Permissions, shared_broker};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

use crate::refusal::refusal;

/// For what takes a moment, on a busy machine too.
const SOON: Duration = Duration::from_secs(20);
/// For what must take no time, but for a busy machine.
const AT_ONCE: Duration = Duration::from_secs(8);
/// For a broker that starts meanwhile.
const BOOT: Duration = Duration::from_mins(1);
/// Publishing, controlling, consuming.
const CONNECTIONS: u64 = 3;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("connection::killed_broker", killed_broker).with_brokers(1),
        trial("connection::black_hole", black_hole).with_shared_broker(),
        trial("connection::closed_by_operator", closed_by_operator).with_brokers(1),
        trial("connection::survives_its_channels", survives_its_channels).with_shared_broker(),
        trial("connection::reset", reset).with_shared_broker(),
        trial("connection::memory_alarm", memory_alarm).with_brokers(1),
        trial("connection::closed_during_alarm", closed_during_alarm).with_brokers(1),
        trial("connection::refused_at_once", refused_at_once).with_shared_broker(),
        trial("connection::denied_virtual_host", denied_virtual_host).with_brokers(1),
        trial("connection::silent_server", silent_server),
        trial("connection::garbage_server", garbage_server),
        trial("connection::next_node", next_node).with_shared_broker(),
        trial("connection::many_subscriptions", many_subscriptions).with_shared_broker(),
        trial("connection::closed_when_dropped", closed_when_dropped).with_shared_broker(),
    ]
}

fn config(url: &str, place: &Place) -> Result<RabbitConfig, Error> {
    Ok(RabbitConfig::from_url(url)?.with_namespace(place.namespace.parse()?))
}

/// An event nobody subscribes to: confirmed, and gone.
fn event() -> Event {
    Event::new("Buzzed", "text/plain", "bzz")
}

async fn is_up(queue: &RabbitQueue, within: Duration) -> Outcome {
    eventually("a healthy queue", within, || async {
        Ok::<_, Failed>(queue.health().is_up().then_some(()))
    })
    .await
}

/// Waits until the queue says that it is down, and returns what it says.
async fn is_down(queue: &RabbitQueue, within: Duration) -> Result<String, Failed> {
    eventually("a queue that is down", within, || async {
        Ok::<_, Failed>(match queue.health() {
            Health::Down(why) => Some(why),
            _ => None,
        })
    })
    .await
}

/// Publishes until it works.
async fn publishes(queue: &RabbitQueue) -> Outcome {
    eventually("a published event", SOON, || async {
        match queue.push(event()).await {
            Ok(_) => Ok(Some(())),
            Err(error) if error.is_temporary() => Ok(None),
            Err(error) => Err(Failed::from(error)),
        }
    })
    .await
}

async fn killed_broker(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let queue = RabbitQueue::connect(config(broker.url(), &place)?).await?;
    assert_eq!(queue.health(), Health::Up);
    queue.push(event()).await?;

    broker.kill().await?;
    let why = is_down(&queue, AT_ONCE).await?;
    assert!(why.contains("no ") && why.contains("127.0.0.1"), "{why}");
    let error = refusal(timeout(SOON, queue.push(event())).await?)?;
    assert!(error.is_temporary(), "{error}");
    // Why it goes on is why it does not come back now, not why it was lost.
    eventually("what the last try met", SOON, || async {
        let Health::Down(why) = queue.health() else {
            return Err(Failed::from("up without a broker"));
        };
        Ok(why.contains("nothing listens").then_some(()))
    })
    .await?;

    broker.start_again().await?;
    is_up(&queue, BOOT).await?;
    publishes(&queue).await
}

async fn black_hole(place: Place) -> Outcome {
    const HEARTBEAT: Duration = Duration::from_secs(1);
    let shared = shared_broker().ok_or("no shared broker")?;
    let (proxy, url) = Proxy::in_front_of(&shared).await?;
    let config = config(&url, &place)?.with_heartbeat(HEARTBEAT);
    let queue = RabbitQueue::connect(config).await?;
    queue.push(event()).await?;

    proxy.set_both(Passage::BlackHole);
    let start = Instant::now();
    let why = is_down(&queue, SOON).await?;
    let noticed = start.elapsed();
    assert!(
        noticed < 2 * HEARTBEAT + AT_ONCE,
        "after {noticed:?}: {why}"
    );
    assert!(noticed > HEARTBEAT, "after {noticed:?}: {why}");

    proxy.set_both(Passage::Open);
    is_up(&queue, SOON).await?;
    publishes(&queue).await
}

async fn closed_by_operator(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let (proxy, url) = Proxy::in_front_of(broker.url()).await?;
    let queue = RabbitQueue::connect(config(&url, &place)?).await?;
    queue.push(event()).await?;

    broker.close_all_connections().await?;
    timeout(SOON, proxy.accepted(2 * CONNECTIONS)).await?;
    is_up(&queue, SOON).await?;
    publishes(&queue).await?;
    let names = broker
        .ctl(&["list_connections", "client_properties"])
        .await?;
    for role in ["beehive publish", "beehive control", "beehive consume"] {
        assert!(names.contains(role), "{role}: {names}");
    }
    Ok(())
}

/// The broker closes the channel on which a topic is published to that was never declared.
async fn survives_its_channels(place: Place) -> Outcome {
    let shared = shared_broker().ok_or("no shared broker")?;
    let (proxy, url) = Proxy::in_front_of(&shared).await?;
    let queue = RabbitQueue::connect(config(&url, &place)?).await?;
    for topic in ["Buzzed", "Stung", "Swarmed"] {
        queue.push(Event::new(topic, "text/plain", "bzz")).await?;
        assert_eq!(queue.health(), Health::Up);
    }
    assert_eq!(proxy.counts().accepted, CONNECTIONS);
    Ok(())
}

async fn reset(place: Place) -> Outcome {
    let shared = shared_broker().ok_or("no shared broker")?;
    let (proxy, url) = Proxy::in_front_of(&shared).await?;
    let queue = RabbitQueue::connect(config(&url, &place)?).await?;
    for round in 1..=3 {
        queue.push(event()).await.or_else(|error| {
            if error.is_temporary() {
                Ok(Receipt::default())
            } else {
                Err(error)
            }
        })?;
        proxy.reset_all();
        timeout(SOON, proxy.accepted((round + 1) * CONNECTIONS)).await?;
        is_up(&queue, SOON).await?;
        publishes(&queue).await?;
    }
    // The dead ones are gone, and none was made in vain.
    timeout(SOON, proxy.until(|counts| counts.open == CONNECTIONS)).await?;
    assert_eq!(proxy.counts().accepted, 4 * CONNECTIONS);
    Ok(())
}

async fn memory_alarm(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let config = config(broker.url(), &place)?;
    let queue = Arc::new(RabbitQueue::connect(config).await?);
    let readable: QueueName = "Buzzed-Listen".parse()?;
    queue.declare(&readable).await?;

    broker.raise_memory_alarm().await?;
    // The broker blocks who publishes, and only then.
    let publishing = tokio::spawn({
        let queue = Arc::clone(&queue);
        // It takes as long as the alarm, which is as long as the machine likes.
        async move { queue.push(event()).await }
    });
    let why = eventually("a blocked connection", SOON, || async {
        Ok::<_, Failed>(match queue.health() {
            Health::Degraded(why) => Some(why),
            _ => None,
        })
    })
    .await?;
    assert!(why.contains("publish") && why.contains("memory"), "{why}");
    // The others go on.
    for _ in 0..10 {
        assert!(timeout(AT_ONCE, queue.exists(&readable)).await??);
    }
    assert!(matches!(queue.health(), Health::Degraded(_)));
    assert!(!publishing.is_finished());

    broker.clear_memory_alarm().await?;
    is_up(&queue, SOON).await?;
    timeout(SOON, publishing).await???;
    Ok(())
}

async fn closed_during_alarm(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let (proxy, url) = Proxy::in_front_of(broker.url()).await?;
    let queue = Arc::new(RabbitQueue::connect(config(&url, &place)?).await?);
    broker.raise_memory_alarm().await?;
    let publishing = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.push(event()).await }
    });
    eventually("a blocked connection", SOON, || async {
        Ok::<_, Failed>(matches!(queue.health(), Health::Degraded(_)).then_some(()))
    })
    .await?;
    // The driver would wait for the broker for ever.
    timeout(SOON, queue.close()).await?;
    assert!(timeout(SOON, publishing).await??.is_err());
    // The broker does not read what a blocked connection sends, not even its end.
    broker.clear_memory_alarm().await?;
    timeout(SOON, proxy.until(|counts| counts.open == 0)).await?;
    Ok(())
}

async fn refused_at_once(place: Place) -> Outcome {
    let shared = shared_broker().ok_or("no shared broker")?;
    let free = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    let (_, at) = shared.rsplit_once('@').ok_or("no user in the URL")?;
    let place_of = at.split('/').next().unwrap_or(at);
    for (url, kind, words) in [
        (
            format!("amqp://nobody:wrong@{at}"),
            ErrorKind::Denied,
            "user or password",
        ),
        (
            format!("amqp://guest:wrong@{at}"),
            ErrorKind::Denied,
            "user: guest",
        ),
        (
            shared.replace(at, &format!("{place_of}/no-such-host")),
            ErrorKind::Configuration,
            "vhost: no-such-host",
        ),
        (
            format!("amqp://{free}"),
            ErrorKind::Temporary,
            "nothing listens",
        ),
        (
            "amqp://localhost:1".into(),
            ErrorKind::Temporary,
            "nothing listens",
        ),
    ] {
        let start = Instant::now();
        let error = refusal(RabbitQueue::connect(config(&url, &place)?).await)?;
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(
            start.elapsed() < AT_ONCE,
            "after {:?}: {error}",
            start.elapsed()
        );
    }
    Ok(())
}

async fn denied_virtual_host(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    broker.add_user("drone", "idle", Permissions::ALL).await?;
    broker.ctl(&["add_vhost", "queens"]).await?;
    let url = broker.url_as("drone", "idle");
    let (before, _) = url
        .rsplit_once('/')
        .filter(|(before, _)| !before.ends_with('/'))
        .unwrap_or((&url, ""));
    let error = refusal(RabbitQueue::connect(config(&format!("{before}/queens"), &place)?).await)?;
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    for words in ["virtual host", "set_permissions", "queens", "drone"] {
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
    // Which permission is missing is said too.
    let none = Permissions {
        configure: "^$",
        write: "^$",
        read: ".*",
    };
    broker.permit("drone", none).await?;
    let queue = RabbitQueue::connect(config(&url, &place)?).await?;
    let error = refusal(queue.declare(&"Buzzed-Listen".parse()?).await)?;
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    // In the broker's words, below our own.
    for words in ["ACCESS_REFUSED", "drone", &place.namespace] {
        assert!(format!("{error:?}").contains(words), "{words}: {error:?}");
    }
    Ok(())
}

async fn silent_server(place: Place) -> Outcome {
    const PATIENCE: Duration = Duration::from_millis(500);
    let server = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("amqp://{}", server.local_addr()?);
    // It accepts, and says nothing.
    let connecting = RabbitQueue::connect(config(&url, &place)?.with_connect_timeout(PATIENCE));
    let start = Instant::now();
    let error = refusal(timeout(SOON, connecting).await?)?;
    assert_eq!(error.kind(), ErrorKind::Temporary, "{error}");
    assert!(error.to_string().contains("did not answer"), "{error}");
    assert!(
        start.elapsed() < PATIENCE + AT_ONCE,
        "{:?}",
        start.elapsed()
    );
    Ok(())
}

async fn garbage_server(place: Place) -> Outcome {
    let server = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("amqp://{}", server.local_addr()?);
    tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        while let Ok((mut client, _)) = server.accept().await {
            // Whether it listens does not matter.
            client
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await
                .ok();
        }
    });
    let error = refusal(timeout(SOON, RabbitQueue::connect(config(&url, &place)?)).await?)?;
    assert!(error.to_string().contains("check the port"), "{error}");
    Ok(())
}

async fn next_node(place: Place) -> Outcome {
    let shared = shared_broker().ok_or("no shared broker")?;
    let (first, first_url) = Proxy::in_front_of(&shared).await?;
    let (second, second_url) = Proxy::in_front_of(&shared).await?;
    first.refuse().await?;
    let config = RabbitConfig::from_urls([first_url.as_str(), second_url.as_str()])?
        .with_namespace(place.namespace.parse()?);
    let queue = RabbitQueue::connect(config).await?;
    assert_eq!(
        (first.counts().accepted, second.counts().accepted),
        (0, CONNECTIONS)
    );

    first.accept().await?;
    second.refuse().await?;
    second.reset_all();
    timeout(SOON, first.accepted(CONNECTIONS)).await?;
    is_up(&queue, SOON).await?;
    publishes(&queue).await
}

/// More subscriptions than one connection has channels.
async fn many_subscriptions(place: Place) -> Outcome {
    /// What the URL allows on each connection: three quarters of them are used.
    const CHANNELS: u64 = 8;
    const RECEIVERS: u64 = 13;
    let shared = shared_broker().ok_or("no shared broker")?;
    let (proxy, url) = Proxy::in_front_of(&shared).await?;
    let config = config(&format!("{url}?channel_max={CHANNELS}"), &place)?;
    let queue = RabbitQueue::connect(config.with_queue_type(QueueType::Classic)).await?;
    let name: QueueName = "Buzzed-Listen".parse()?;
    queue.declare(&name).await?;
    let options = ReceiverOptions::new(NonZeroUsize::MIN, Duration::from_secs(30));
    let mut receivers = Vec::new();
    for _ in 0..RECEIVERS {
        receivers.push(queue.receiver(&name, options).await?);
    }
    // Six on each of two, and one on a third.
    assert_eq!(proxy.counts().accepted, CONNECTIONS + 2);
    assert_eq!(queue.health(), Health::Up);
    // Whoever leaves makes room.
    for receiver in receivers.drain(..3) {
        receiver.close().await?;
    }
    for _ in 0..3 {
        receivers.push(queue.receiver(&name, options).await?);
    }
    assert_eq!(proxy.counts().accepted, CONNECTIONS + 2);
    drop(receivers);
    queue.delete(&name).await?;
    Ok(())
}

async fn closed_when_dropped(place: Place) -> Outcome {
    let shared = shared_broker().ok_or("no shared broker")?;
    let (proxy, url) = Proxy::in_front_of(&shared).await?;
    let queue = RabbitQueue::connect(config(&url, &place)?).await?;
    assert_eq!(proxy.counts().open, CONNECTIONS);
    let start = Instant::now();
    drop(queue);
    assert!(start.elapsed() < AT_ONCE);
    timeout(SOON, proxy.until(|counts| counts.open == 0)).await?;

    let queue = RabbitQueue::connect(config(&url, &place)?).await?;
    timeout(AT_ONCE, queue.close()).await?;
    timeout(SOON, proxy.until(|counts| counts.open == 0)).await?;
    assert!(matches!(queue.health(), Health::Down(_)));
    let error = refusal(queue.declare(&"Buzzed-Listen".parse()?).await)?;
    assert!(error.to_string().contains("closed"), "{error}");
    Ok(())
}
