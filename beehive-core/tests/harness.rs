//! The hive under test: what it shows, and what it says when a test expects something else.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::unused_async,
    reason = "an actor is async, whether or not it waits for anything"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use beehive_core::prelude::*;
use beehive_core::queue::DeadLetterReason;
use beehive_core::testing::{Fault, FaultPlan, TestHive, TestOptions};
use beehive_core::{Error, Result};

const DAY: Duration = Duration::from_hours(24);

#[derive(Debug, PartialEq, Serialize, Deserialize, EventBody)]
struct OrderAccepted {
    order: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, EventBody)]
struct PaymentAuthorised {
    order: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, EventBody)]
struct ReminderDue {
    order: String,
}

#[actor("OrderAccepted-Payment", emits(PaymentAuthorised))]
async fn pay(order: OrderAccepted, payments: Counter) -> Result<Event, ActorError> {
    match order.order.as_str() {
        "stolen" => Err(ActorError::terminal("the card is stolen")),
        "closed" => Err(ActorError::retry_after("the bank is closed", DAY)),
        "rogue" => Ok(Event::json("Surprise", &())?),
        _ => {
            payments.add("payments", 1).await?;
            let order = order.order;
            Ok(Event::of(&PaymentAuthorised { order })?)
        }
    }
}

#[actor("PaymentAuthorised-Reminder", emits(ReminderDue))]
async fn remind(payment: PaymentAuthorised) -> Result<Event, ActorError> {
    let order = payment.order;
    Ok(Event::of(&ReminderDue { order })?.deliver_after(Duration::from_hours(1)))
}

#[actor("ReminderDue-Mail")]
async fn mail(_due: ReminderDue) -> Result<(), ActorError> {
    Ok(())
}

fn shop() -> beehive_core::hive::HiveBuilder {
    Hive::builder("shop")
        .actor::<pay>()
        .actor::<remind>()
        .actor::<mail>()
        .entry("OrderAccepted")
}

fn order(order: &str) -> Event {
    let order = order.to_owned();
    Event::of(&OrderAccepted { order }).unwrap()
}

fn panic_text(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn delays_are_over_when_the_hive_is_idle() -> Result<()> {
    let test = TestHive::start(shop()).await?;
    test.publish(order("a")).await?;
    let start = tokio::time::Instant::now();
    test.run_until_idle().await?;
    assert!(start.elapsed() >= Duration::from_hours(1));
    assert_eq!(
        test.bodies::<ReminderDue>(),
        [ReminderDue { order: "a".into() }]
    );
    assert_eq!(test.settled("ReminderDue-Mail").committed, 1);
    assert_eq!(test.statistics().processed, 3);
    assert_eq!(test.stores().counter()?.value("payments").await?, 1);
    test.assert_no_dead_letters();
    assert!(test.drain().await[0].is_clean());
    Ok(())
}

#[tokio::test]
async fn a_running_clock_will_do() -> Result<()> {
    let test = TestHive::start(Hive::builder("shop").actor::<mail>().entry("ReminderDue")).await?;
    let order = "a".to_owned();
    test.publish(Event::of(&ReminderDue { order })?.deliver_after(Duration::from_millis(20)))
        .await?;
    test.run_until_idle().await?;
    assert_eq!(test.settled("ReminderDue-Mail").committed, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_undeclared_event_goes_to_the_dead_letters() -> Result<()> {
    let test = TestHive::start(shop()).await?;
    test.publish(order("rogue")).await?;
    test.run_until_idle().await?;
    let letters = test.dead_letters("OrderAccepted-Payment");
    assert_eq!(letters[0].record.reason, DeadLetterReason::Undeclared);
    assert!(test.published("Surprise").is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_nobody_announces_is_an_error_at_start() {
    let hive = Hive::builder("shop").actor::<pay>();
    let error = TestHive::start(hive).await.unwrap_err();
    assert!(
        format!("{error:?}").contains(".entry(\"OrderAccepted\")"),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_that_nobody_reads_is_an_error_and_names_what_is_read() -> Result<()> {
    let test = TestHive::start(shop()).await?;
    let error = test
        .publish(order("a").with_type("OrderAcepted"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .to_string()
            .contains("OrderAccepted, PaymentAuthorised"),
        "{error}"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_named_with_its_last_error() -> Result<()> {
    let test = TestOptions::default()
        .with_patience(Duration::from_hours(2))
        .start(shop())
        .await?;
    test.publish(order("closed")).await?;
    let unfinished = test.run_until_idle().await.unwrap_err();
    let (queue, census) = unfinished.queues().next().unwrap();
    assert_eq!(
        (queue.as_str(), census.delayed),
        ("OrderAccepted-Payment", 1)
    );
    let text = unfinished.to_string();
    for part in [
        "not idle after 2h",
        "OrderAccepted-Payment: 0 waiting, 0 leased, 1 delayed",
        "attempt 1 of `pay`",
        "2h ago: the bank is closed",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(format!("{:?}", Error::from(unfinished)).contains("the bank is closed"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn assertions_say_what_there_is_instead() -> Result<()> {
    let test = TestHive::start(shop()).await?;
    test.publish(order("stolen")).await?;
    test.publish(order("closed")).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let text = panic_text(|| test.assert_published("PaymentAuthorised", 1));
    for part in [
        "expected 1 `PaymentAuthorised`, found 0; published so far: OrderAccepted × 2\n",
        "terminal in attempt 1 of `pay`: the card is stolen",
        "not settled yet:\n  OrderAccepted-Payment: 0 waiting, 0 leased, 1 delayed",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let text = panic_text(|| test.assert_no_dead_letters());
    assert!(
        text.contains("found 1:") && text.contains("stolen"),
        "{text}"
    );
    let text = panic_text(|| {
        test.dead_letters("OrderAccepted-Pay");
    });
    assert!(
        text.contains("there are [OrderAccepted-Payment, "),
        "{text}"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_crash_hands_nothing_back_and_the_next_hive_goes_on() -> Result<()> {
    #[actor("OrderAccepted-Slow")]
    async fn slow(_order: OrderAccepted, done: Counter) -> Result<(), ActorError> {
        tokio::time::sleep(Duration::from_secs(10)).await;
        done.add("done", 1).await?;
        Ok(())
    }
    let hive = || Hive::builder("shop").actor::<slow>().entry("OrderAccepted");
    let mut test = TestHive::start(hive()).await?;
    test.publish(order("a")).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    test.crash_and_restart(hive()).await?;
    test.run_until_idle().await?;
    let settled = test.settled("OrderAccepted-Slow");
    assert_eq!(
        (settled.delivered, settled.committed, settled.abandoned),
        (2, 1, 0)
    );
    assert_eq!(test.stores().counter()?.value("done").await?, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn hives_that_join_compete() -> Result<()> {
    let mut test = TestHive::start(shop()).await?;
    test.join(shop()).await?;
    for name in ["a", "b", "c"] {
        test.publish(order(name)).await?;
    }
    test.run_until_idle().await?;
    test.assert_published("PaymentAuthorised", 3);
    assert_eq!(test.settled("OrderAccepted-Payment").committed, 3);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn faults_reach_the_hive_and_not_the_test() -> Result<()> {
    let plan = FaultPlan::none()
        .with(Fault::ConfirmLost, 0.5)
        .with(Fault::StoreRefused, 0.3)
        .with_seed(3);
    let test = TestOptions::default()
        .with_faults(plan)
        .start(shop())
        .await?;
    for number in 0..20 {
        test.publish(order(&number.to_string())).await?;
    }
    test.run_until_idle().await?;
    test.assert_published("ReminderDue", 20);
    test.assert_no_dead_letters();
    assert!(
        test.faults().count(Fault::ConfirmLost) > 5,
        "{}",
        test.faults()
    );
    assert!(
        test.faults().count(Fault::StoreRefused) > 5,
        "{}",
        test.faults()
    );
    Ok(())
}
