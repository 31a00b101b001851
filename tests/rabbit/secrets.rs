//! Passwords: they change, and they are seen nowhere.

use std::error::Error as StdError;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::event::Event;
use beehive_core::queue::{EventQueue as _, EventQueueExt as _, Health};
use beehive_rabbit::{Credentials, RabbitConfig, RabbitQueue};
use beehive_tests::services::{Broker, BrokerOptions, Permissions, shared_broker};
use beehive_tests::trials::{Log, Outcome, Place, Trial, eventually, heard, trial};
use libtest_mimic::Failed;
use tokio::runtime::Builder;
use tracing_subscriber::filter::LevelFilter;

use crate::refusal::refusal;

const SOON: Duration = Duration::from_secs(20);
const USER: &str = "bee";
/// With a bit of everything that is encoded somewhere.
const PASSWORD: &str = "nectar/&@ %Zq7\u{e9}hunter2";
const PASSWORD_IN_URL: &str = "nectar%2F%26%40%20%25Zq7%C3%A9hunter2";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("secrets::rotated_password", rotated_password).with_brokers(1),
        trial("secrets::seen_nowhere", seen_nowhere).with_brokers(1),
        trial("secrets::no_event_is_logged", no_event_is_logged).with_shared_broker(),
    ]
}

async fn rotated_password(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    broker.add_user(USER, "old", Permissions::ALL).await?;
    let password = Arc::new(Mutex::new("old"));
    let provider = {
        let password = Arc::clone(&password);
        move || {
            let password = password.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(Credentials::new(USER, *password))
        }
    };
    // The user of the URL is not asked for.
    let config = RabbitConfig::from_url(&broker.url_as("nobody", "nothing"))?
        .with_namespace(place.namespace.parse()?)
        .with_credentials_provider(provider);
    let queue = RabbitQueue::connect(config).await?;
    queue.push(event()).await?;

    broker.ctl(&["change_password", USER, "new"]).await?;
    // Who is in stays in.
    queue.push(event()).await?;
    broker.close_all_connections().await?;
    eventually("a refused login", SOON, || async {
        Ok::<_, Failed>(match queue.health() {
            Health::Down(why) => why.contains("user or password").then_some(()),
            _ => None,
        })
    })
    .await?;

    // It may work any moment, so nothing is given up.
    let error = refusal(queue.push(event()).await)?;
    assert!(error.is_temporary(), "{error}");
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");

    *password.lock().unwrap_or_else(PoisonError::into_inner) = "new";
    eventually("a login with the new password", SOON, || async {
        Ok::<_, Failed>(queue.health().is_up().then_some(()))
    })
    .await?;
    queue.push(event()).await?;
    Ok(())
}

fn event() -> Event {
    Event::new("Buzzed", "text/plain", "bzz")
}

async fn seen_nowhere(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    broker.add_user(USER, PASSWORD, Permissions::ALL).await?;
    let log = Log::default();
    // A thread of its own: what is logged on it goes to this test, and no other test logs there.
    let writer = log.clone();
    let told = tokio::task::spawn_blocking(move || {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        heard(subscriber, || runtime.block_on(everything(&place, &broker)))
    })
    .await??;
    let log = log.text();
    // The driver's thread is heard, and so are we, or else this proves nothing.
    for words in [
        "Server sent connection::Start",
        "connected to the broker",
        "the connection to the broker is lost",
        "cannot connect to the broker",
    ] {
        assert!(log.contains(words), "{words} is not in the log:\n{log}");
    }
    assert!(told.contains("user or password"), "{told}");
    for (place, text) in [("log", &log), ("errors", &told)] {
        if let Some(line) = text.lines().find(|line| shows_password(line)) {
            return Err(format!("the password is in the {place}: {line}").into());
        }
    }
    // What looks for it finds it.
    for planted in [
        PASSWORD,
        PASSWORD_IN_URL,
        &format!("{:?}", PASSWORD.as_bytes()),
    ] {
        assert!(shows_password(&format!("x={planted}")), "{planted}");
    }
    Ok(())
}

/// Of a topic that nobody subscribes to, the driver would log each event at WARN, with its body.
async fn no_event_is_logged(place: Place) -> Outcome {
    const BODY: &str = "royal jelly";
    let url = shared_broker().ok_or("no shared broker")?;
    let log = Log::default();
    let writer = log.clone();
    let unrouted = tokio::task::spawn_blocking(move || {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::INFO)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        heard(subscriber, || {
            runtime.block_on(async {
                let config = RabbitConfig::from_url(&url)?.with_namespace(place.namespace.parse()?);
                let queue = RabbitQueue::connect(config).await?;
                let event = Event::new("Buzzed", "text/plain", BODY);
                let receipt = queue.publish(&[event.clone(), event]).await?;
                // What the driver's own thread has to say of its end is heard as well.
                queue.close().await;
                Ok::<_, Failed>(receipt.unrouted)
            })
        })
    })
    .await??;
    assert_eq!(unrouted, [0, 1]);
    let log = log.text();
    assert!(log.contains("connected to the broker"), "{log}");
    let shown = |line: &&str| line.contains(BODY) || line.contains("returned us a message");
    match log.lines().find(shown) {
        Some(line) => Err(format!("an event is in the log: {line}").into()),
        None => Ok(()),
    }
}

/// Connects in all ways, rightly and wrongly, and returns what it was told.
async fn everything(place: &Place, broker: &Broker) -> Result<String, Failed> {
    let right = broker.url_as(USER, PASSWORD_IN_URL);
    let mut told = String::new();
    let config = RabbitConfig::from_url(&right)?.with_namespace(place.namespace.parse()?);
    tell(&mut told, &config);
    let queue = RabbitQueue::connect(config.clone()).await?;
    queue.push(event()).await?;
    queue.declare(&"Buzzed-Listen".parse()?).await?;
    tell(&mut told, &queue);
    broker.close_all_connections().await?;
    eventually("another connection", SOON, || async {
        Ok::<_, Failed>(queue.push(event()).await.ok().map(drop))
    })
    .await?;
    tell(&mut told, &queue.health());
    queue.close().await;
    if let Err(error) = queue.push(event()).await {
        tell_error(&mut told, &error);
    }
    // Wrong in every way that shows what it has.
    let (_, at) = right.rsplit_once('@').ok_or("no user in the URL")?;
    for url in [
        format!("amqp://guest:{PASSWORD_IN_URL}@{at}"),
        format!("amqp://{USER}:{PASSWORD_IN_URL}@127.0.0.1:1"),
        format!("amqp://{USER}:{PASSWORD_IN_URL}@beyond.example"),
        format!("amqp://{USER}:{PASSWORD}@{at}"),
        format!("{USER}:{PASSWORD}@{at}"),
        format!("http://{USER}:{PASSWORD_IN_URL}@{at}"),
        format!("amqps://{USER}:{PASSWORD_IN_URL}@{at}"),
        format!(
            "amqp://{USER}:{PASSWORD_IN_URL}@{}/no-such-host",
            host_and_port(at)
        ),
    ] {
        let error = match RabbitConfig::from_url(&url) {
            Err(error) => error,
            Ok(config) => {
                tell(&mut told, &config);
                match RabbitQueue::connect(config).await {
                    Err(error) => error,
                    Ok(_) => return Err("connected, and should not".into()),
                }
            }
        };
        tell_error(&mut told, &error);
    }
    let wrong = RabbitConfig::from_url(broker.url())?
        .with_credentials_provider(Credentials::new(USER, format!("{PASSWORD}!")));
    tell(&mut told, &wrong);
    if let Err(error) = RabbitQueue::connect(wrong).await {
        tell_error(&mut told, &error);
    }
    Ok(told)
}

fn host_and_port(at: &str) -> &str {
    at.split('/').next().unwrap_or(at)
}

fn tell(told: &mut String, what: &impl Debug) {
    // Cannot fail: it is a string.
    writeln!(told, "{what:?} {what:#?}").ok();
}

fn tell_error(told: &mut String, error: &(dyn StdError + 'static)) {
    let mut cause = Some(error);
    while let Some(error) = cause {
        writeln!(told, "{error} {error:?} {error:#?}").ok();
        cause = error.source();
    }
}

/// Whether a piece of the password is in a line, as text or as numbers.
fn shows_password(line: &str) -> bool {
    let piece = "hunter2";
    let decimal: Vec<_> = piece.bytes().map(|byte| byte.to_string()).collect();
    let hexadecimal: Vec<_> = piece.bytes().map(|byte| format!("{byte:02x}")).collect();
    let compact: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    line.contains(piece)
        || line.contains("nectar")
        || compact.contains(&decimal.join(","))
        || compact.to_lowercase().contains(&hexadecimal.concat())
}
