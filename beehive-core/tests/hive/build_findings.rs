//! What is wrong with a hive is said before it runs, all at once, each with its remedy.

use std::sync::Arc;

use beehive_core::actor::{ActorDescriptor, ActorError};
use beehive_core::hive::{FactorySettings, Finding};
use beehive_core::prelude::{
    Collection, Counter, Deserialize, Entity, Event, EventBody, Serialize, actor as declared,
};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::{Error, Hive};

use crate::support::{
    HOUR, MINUTE, SECOND, Scripted, actor, captured_log, done, event, hive, name, within,
};

fn quick(queue: &str) -> ActorDescriptor {
    actor(queue, |_| done())
}

#[derive(Serialize, Deserialize)]
struct Order {
    id: String,
}

impl Entity for Order {
    const COLLECTION: &'static str = "orders";

    fn id(&self) -> &str {
        &self.id
    }
}

trait Gateway: Send + Sync {}

#[derive(Serialize, Deserialize, EventBody)]
#[event(type = "Start")]
struct Started {}

#[declared("Start-Pay")]
async fn pay(
    _: Started,
    orders: &Collection<Order>,
    gateway: &Arc<dyn Gateway>,
    stock: &Counter,
) -> Result<Vec<Event>, ActorError> {
    let _ = (orders, gateway, stock);
    Ok(Vec::new())
}

#[test]
fn an_empty_hive_says_how_actors_get_into_it() {
    let error = Hive::builder("test")
        .queue(MemoryQueue::default())
        .discover_in(&["no::such::module"])
        .build()
        .unwrap_err();
    assert!(matches!(error.findings(), [Finding::NothingToRun]));
    assert!(error.to_string().contains("use my_actors as _;"), "{error}");
}

#[test]
fn a_hive_without_a_queue_says_so() {
    let error = Hive::builder("test")
        .entry("Start")
        .register(quick("Start-Quick"));
    let error = error.build().unwrap_err();
    assert!(matches!(error.findings(), [Finding::NoQueue]));
    assert!(
        error.to_string().contains("MemoryQueue::default()"),
        "{error}"
    );
}

#[test]
fn every_missing_service_is_named_at_once_with_how_to_give_it() {
    let error = hive(MemoryQueue::default())
        .actor::<pay>()
        .build()
        .unwrap_err();
    let report = error.to_string();
    assert_eq!(error.findings().len(), 3, "{report}");
    for expected in [
        "`orders`",
        "`gateway`",
        "`stock`",
        "HiveBuilder::service",
        "Stores::with_",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
}

#[test]
fn two_actors_on_one_queue_are_refused_and_both_are_named() {
    let first = quick("Start-Same").with_location("first.rs", 1);
    let second = quick("Start-Same").with_location("second.rs", 2);
    let hive = hive(MemoryQueue::default())
        .register(first)
        .register(second);
    let error = hive.build().unwrap_err();
    let report = error.to_string();
    assert!(matches!(error.findings(), [Finding::DuplicateQueue { .. }]));
    for expected in ["Start-Same", "first.rs:1", "second.rs:2", "Start-Other"] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
}

#[test]
fn everything_that_is_wrong_is_reported_together() {
    let timed = quick("Start-Timed").with_timeout(3 * HOUR);
    let unbuilt = ActorDescriptor::new("Unbuilt", name("Start-Unbuilt"), |_| None);
    let error = Hive::builder("test")
        .entry("Start")
        .register(quick("Start-Same"))
        .register(quick("Start-Same"))
        .actor::<pay>()
        .register(timed.with_lease(SECOND / 1_000))
        .register(unbuilt)
        .register(quick("Start-Bad").with_emits(["not a topic"]))
        .overrides([("BEEHIVE_ACTOR_PAYY_LEASE".to_owned(), "1s".to_owned())])
        .build()
        .unwrap_err();
    let report = error.to_string();
    let count = error.findings().len();
    assert_eq!(count, 9, "{report}");
    for expected in [
        "has no queue",
        "2 actors read `Start-Same`",
        "`gateway`",
        "too short",
        "`Unbuilt` was not built",
        "cannot be a topic",
        "BEEHIVE_ACTOR_PAYY_LEASE",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    let as_error = format!("{:?}", Error::from(error));
    assert!(as_error.contains("2 actors read"), "{as_error}");
}

#[test]
fn a_misspelt_topic_is_a_warning_that_names_the_similar_one() {
    let (log, _guard) = captured_log();
    let build = || hive(MemoryQueue::default()).register(quick("Strat-Quick"));
    build().build().unwrap();
    assert_eq!(log.lines_with("did you mean `Start`?"), 1);

    let error = build().strict().build().unwrap_err();
    assert!(matches!(
        error.findings(),
        [Finding::UnannouncedTopic { similar: Some(similar), .. }] if similar == "Start"
    ));
    assert!(error.to_string().contains(".entry(\"Strat\")"), "{error}");
}

#[test]
fn a_warning_is_not_swallowed_by_an_error() {
    let (log, _guard) = captured_log();
    let hive = hive(MemoryQueue::default());
    let hive = hive.register(quick("Strat-Quick")).actor::<pay>();
    let error = hive.build().unwrap_err();
    let said = log.lines_with("did you mean `Start`?");
    let in_error = error.to_string().contains("did you mean `Start`?");
    assert!(said == 1 || in_error, "{error}");
}

#[test]
fn an_announced_event_without_a_reader_is_fine_even_in_strict_mode() {
    let hive = hive(MemoryQueue::default())
        .strict()
        .register(quick("Start-Quick"));
    let hive = hive.build().unwrap();
    assert_eq!(hive.graph().end_points().collect::<Vec<_>>(), ["Next"]);
}

#[test]
fn times_that_contradict_the_backend_are_refused() {
    let mut queue = Scripted::new();
    queue.capabilities.lease_max = Some(MINUTE);
    let build = |queue: Scripted, settings: FactorySettings| {
        let hive = hive(queue)
            .settings(settings)
            .register(quick("Start-Quick"));
        hive.build().map(drop).map_err(|error| error.to_string())
    };
    let settings = FactorySettings::default().with_timeout(30 * SECOND);
    build(queue.clone(), settings).unwrap();
    let too_long = build(queue.clone(), settings.with_lease(2 * MINUTE)).unwrap_err();
    assert!(
        too_long.contains("longer than the queue allows"),
        "{too_long}"
    );
    let too_slow = build(queue.clone(), settings.with_timeout(2 * MINUTE)).unwrap_err();
    assert!(
        too_slow.contains("longer than an event can be held"),
        "{too_slow}"
    );
    queue.capabilities.extend = false;
    let inextensible = build(queue.clone(), settings.with_lease(20 * SECOND)).unwrap_err();
    assert!(inextensible.contains("cannot extend"), "{inextensible}");
    build(queue, settings.with_lease(40 * SECOND)).unwrap();
}

#[test]
fn an_order_that_the_queue_cannot_keep_is_refused() {
    use beehive_core::queue::Order;
    let ordered = || quick("Start-Ledger").with_order(Order::BySubject);
    let build = |queue: Scripted| hive(queue).register(ordered()).build();
    assert!(build(Scripted::new()).is_ok());
    let mut queue = Scripted::new();
    queue.capabilities.ordered_by_subject = false;
    let error = build(queue).unwrap_err();
    assert!(
        matches!(error.findings(), [Finding::NoOrder { .. }]),
        "{error}"
    );
    assert!(error.to_string().contains("order by subject"), "{error}");
}

#[test]
fn a_queue_that_cannot_recover_events_is_refused() {
    let mut queue = Scripted::new();
    hive(queue.clone())
        .register(quick("Start-Quick"))
        .build()
        .unwrap();
    queue.capabilities.defer = false;
    queue.capabilities.dead_letters = false;
    let refused = hive(queue).register(quick("Start-Quick")).build();
    let text = refused.unwrap_err().to_string();
    for lacks in ["cannot defer an event", "cannot keep dead letters"] {
        assert!(text.contains(lacks), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn times_without_an_end_are_allowed() {
    let queue = MemoryQueue::default();
    let forever = std::time::Duration::MAX;
    let settings = FactorySettings::default()
        .with_timeout(forever)
        .with_hold_max(forever)
        .with_publish_timeout(forever)
        .with_wait(forever)
        .with_inbox_retention(forever);
    let hive = hive(queue.clone())
        .settings(settings)
        .register(quick("Start-Quick"));
    let running = hive.grace(forever).build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!(running.drain().await.statistics.processed, 1);
}
