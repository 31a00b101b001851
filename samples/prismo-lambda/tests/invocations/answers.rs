//! What the function answers to batches of all kinds, and what it leaves at SNS and SQS.

use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::page::PageRequest;
use beehive_core::queue::{DeadLetterReason, EventQueue as _, Order};
use beehive_tests::trials::{Outcome, Trial};
use prismo_ecommerce::events::OrderAccepted;
use serde_json::{Value, json};

use crate::function::Function;
use crate::runtime_api::Answer;
use crate::stage::{PAYMENT, Stage};
use crate::{equal, trial};

/// How long the function may run.
const TIME: Duration = Duration::from_secs(30);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("answers::what_is_done_is_announced", done),
        trial("answers::what_fails_is_deferred_or_given_up", failing),
        trial("answers::a_strange_batch_fails_as_a_whole", strange),
        trial(
            "answers::without_lambda_it_says_what_is_missing",
            without_lambda,
        ),
    ]
}

async fn done() -> Outcome {
    let (stage, trigger) = Stage::with_payments(Order::Any).await?;
    let mut events = stage.trade(10).await?;
    let function = Function::start(&stage, &[]).await?;
    let records = trigger.receive(10).await?;
    let failures = function.failures(&records, TIME).await?;
    equal("failures", &failures, &Vec::new())?;
    trigger.settle(&records, &failures).await?;
    let announced = stage.announced(10).await?;
    events.sort();
    equal("causes", &announced.into_keys().collect(), &events)?;
    // Nothing is left over, and the inbox knows what was done.
    trigger.holds(0).await?;
    let failures = function.failures(&records, TIME).await?;
    equal("failures of the same once more", &failures, &Vec::new())?;
    trigger.holds(0).await
}

async fn failing() -> Outcome {
    let (stage, trigger) = Stage::with_payments(Order::Any).await?;
    // Of an order that was never placed.
    let order = stage.run.generator().order(7).id;
    let unknown = Event::of(&OrderAccepted { order })?;
    stage.queue.publish(std::slice::from_ref(&unknown)).await?;
    trigger.send("no event").await?;
    let good = stage.trade(1).await?;
    let function = Function::start(&stage, &[]).await?;
    let records = trigger.receive(3).await?;
    let failures = function.failures(&records, TIME).await?;
    equal("failures", &failures, &Vec::new())?;
    trigger.settle(&records, &failures).await?;
    let announced = stage.announced(1).await?;
    equal("causes", &announced.into_keys().collect(), &good)?;

    let letters = stage.queue.dead_letters();
    let letters = letters
        .list(&PAYMENT.parse()?, &PageRequest::first(10))
        .await?;
    let reasons: Vec<_> = letters
        .items
        .iter()
        .map(|letter| letter.record.reason)
        .collect();
    equal("reasons", &reasons, &vec![DeadLetterReason::Undecodable])?;

    // The other stands in the queue again, with its attempts noted.
    trigger.holds(1).await?;
    let again = trigger.receive(1).await?;
    let attributes = &again[0]["messageAttributes"];
    let id = &attributes["ce-id"]["stringValue"];
    equal("the event", id, &json!(unknown.id().to_string()))?;
    let note: Value = serde_json::from_str(
        attributes["beehive"]["stringValue"]
            .as_str()
            .unwrap_or_default(),
    )?;
    equal(
        "whether attempts are noted",
        &(note["attempts"].as_u64() > Some(0)),
        &true,
    )?;
    stage.place(7).await?;
    let failures = function.failures(&again, TIME).await?;
    trigger.settle(&again, &failures).await?;
    stage.announced(1).await?;
    trigger.holds(0).await
}

async fn strange() -> Outcome {
    let (stage, trigger) = Stage::with_payments(Order::Any).await?;
    stage.trade(1).await?;
    let function = Function::start(&stage, &[]).await?;
    let records = trigger.receive(1).await?;
    let mut other = records.clone();
    other[0]["eventSourceARN"] = json!("arn:aws:sqs:us-east-1:000000000000:another");
    for (payload, error) in [
        (json!({ "Records": other }), "beehive.NotFound"),
        (
            json!({ "Records": [records[0], other[0]] }),
            "beehive.Invalid",
        ),
        (json!({ "key": "value" }), "Deserialize"),
    ] {
        let Answer::Error(told) = function.invoke_with(&payload, TIME).await? else {
            return Err(format!("{payload} was taken").into());
        };
        let kind = told["errorType"].as_str().unwrap_or_default();
        equal("the kind of the error", &kind.contains(error), &true)?;
    }
    // And with less time than a lease.
    let short = function.invoke(&records, Duration::from_secs(5)).await?;
    let Answer::Error(told) = short else {
        return Err(format!("{short:?} with too little time").into());
    };
    equal(
        "the kind of the error",
        &told["errorType"],
        &json!("beehive.Configuration"),
    )?;
    let empty = function.invoke(&[], TIME).await?;
    let nothing = json!({ "batchItemFailures": [] });
    equal("the answer to nothing", &empty, &Answer::Response(nothing))?;
    equal(
        "failures",
        &function.failures(&records, TIME).await?,
        &Vec::new(),
    )
}

async fn without_lambda() -> Outcome {
    let stage = Stage::new().await?;
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_prismo-lambda"))
        .env("PRISMO_NAMESPACE", stage.namespace.as_str())
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .output()
        .await?;
    equal("success", &output.status.success(), &false)?;
    let said = String::from_utf8_lossy(&output.stderr);
    equal(
        "whether it says why",
        &said.contains("AWS_LAMBDA_RUNTIME_API"),
        &true,
    )
}
