//! Queues that keep order.

use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::{EventQueue as _, Order};
use beehive_tests::trials::{Outcome, Trial};
use prismo_ecommerce::events::OrderAccepted;
use serde_json::Value;

use crate::function::Function;
use crate::stage::Stage;
use crate::trigger::ids;
use crate::{equal, trial};

/// How long the function may run.
const TIME: Duration = Duration::from_secs(30);

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(
        "order::behind_what_fails_all_of_its_subject_fail",
        behind,
    )]
}

fn subject(record: &Value) -> &str {
    let subject = &record["messageAttributes"]["ce-subject"]["stringValue"];
    subject.as_str().unwrap_or_default()
}

async fn behind() -> Outcome {
    let (stage, trigger) = Stage::with_payments(Order::BySubject).await?;
    let missing = stage.run.generator().order(7).id;
    let mut events = Vec::new();
    for (order, subject) in [
        (stage.place(1).await?, "one"),
        (missing, "one"),
        (stage.place(2).await?, "other"),
        (stage.place(3).await?, "one"),
        (stage.place(4).await?, "other"),
    ] {
        events.push(Event::of(&OrderAccepted { order })?.with_subject(subject));
    }
    stage.queue.publish(&events).await?;
    let function = Function::start(&stage, &[]).await?;
    // Once one of a subject is out, the others of it stay in.
    trigger.holds(5).await?;
    let records = trigger.receive(5).await?;
    let failures = function.failures(&records, TIME).await?;
    // The second of its subject fails, and the third is behind it.
    let of_one: Vec<_> = records
        .iter()
        .filter(|it| subject(it) == "one")
        .cloned()
        .collect();
    equal("failures", &failures, &ids(&of_one[1..]))?;
    trigger.settle(&records, &failures).await?;
    equal("announced", &stage.announced(3).await?.len(), &3)?;
    trigger.holds(2).await?;

    // The order is there now; both come again, one before the other. LocalStack also gives out what is
    // behind one that is held back, which SQS does not, so this waits until neither is.
    stage.place(7).await?;
    trigger.shows(2).await?;
    let records = trigger.receive(2).await?;
    equal("what comes again", &ids(&records), &ids(&of_one[1..]))?;
    let failures = function.failures(&records, TIME).await?;
    equal("failures", &failures, &Vec::new())?;
    trigger.settle(&records, &failures).await?;
    stage.announced(2).await?;
    trigger.holds(0).await
}
