//! What the tests are made of: actors by closure, a broker and stores that fail on command.

mod actors;
mod faults;
mod queue;
mod stores;

use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::hive::{FactorySettings, HiveBuilder, KillSwitchPolicy};
use beehive_core::page::PageRequest;
use beehive_core::queue::{DeadLetter, EventQueue, QueueName};
use beehive_core::recovery::RetryPolicy;
use beehive_core::{Error, ErrorKind, Hive};
use tokio::time::{sleep, timeout};

pub(crate) use self::actors::{Answer, Diary, actor, captured_log, done, failing};
pub(crate) use self::faults::{Fault, Operation, always, first, never};
pub(crate) use self::queue::Scripted;
pub(crate) use self::stores::ScriptedInbox;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

pub(crate) fn name(text: &str) -> QueueName {
    text.parse().unwrap()
}

/// An event of this type with a text for a body.
pub(crate) fn event(event_type: &str, body: &str) -> Event {
    Event::new(event_type, "text/plain", body.to_owned())
}

/// A builder on this queue; `Start` comes from outside.
pub(crate) fn hive(queue: impl EventQueue) -> HiveBuilder {
    Hive::builder("test").queue(queue).entry("Start")
}

/// Two attempts at once, two more after ten seconds.
pub(crate) fn few_retries() -> RetryPolicy {
    RetryPolicy::default()
        .with_immediate(1)
        .with_delayed(1)
        .with_base(10 * SECOND)
}

/// Gives an event up after its only attempt; no kill switch.
pub(crate) fn no_retries() -> FactorySettings {
    FactorySettings::default()
        .with_retry(RetryPolicy::never())
        .with_kill_switch(never_open())
}

pub(crate) fn never_open() -> KillSwitchPolicy {
    KillSwitchPolicy::default().with_share(2.0)
}

/// Waits, in virtual time, until something is so.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool + Send + Sync) {
    const STEP: Duration = Duration::from_millis(20);
    let waiting = async {
        while !condition() {
            sleep(STEP).await;
        }
    };
    assert!(timeout(2 * HOUR, waiting).await.is_ok(), "never: {what}");
}

/// Waits, in virtual time, until a future is done; a test that hangs says where.
pub(crate) async fn within<T>(limit: Duration, what: &str, work: impl Future<Output = T>) -> T {
    let Ok(output) = timeout(limit, work).await else {
        panic!("not within {limit:?}: {what}");
    };
    output
}

pub(crate) async fn dead_letters(queue: &impl EventQueue, of: &str) -> Vec<DeadLetter> {
    let page = queue
        .dead_letters()
        .list(&name(of), &PageRequest::first(1_000))
        .await;
    page.unwrap().items
}

pub(crate) fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "as the test says")
}
