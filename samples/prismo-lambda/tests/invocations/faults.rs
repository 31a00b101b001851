//! Little time, services that hang, and a function that dies.

use std::time::Duration;

use beehive_core::queue::Order;
use beehive_tests::proxy::{Passage, Proxy};
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::function::Function;
use crate::stage::Stage;
use crate::trigger::ids;
use crate::{equal, trial};

/// The time that the actor of these tests has for one event, and its lease.
const SHORT: [(&str, &str); 2] = [
    ("BEEHIVE_ACTOR_AUTHORISE_PAYMENT_TIMEOUT", "3s"),
    ("BEEHIVE_ACTOR_AUTHORISE_PAYMENT_LEASE", "4s"),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("faults::what_hangs_is_answered_for_in_time", hanging),
        trial("faults::what_is_not_begun_in_time_comes_again", late),
        trial("faults::what_cannot_be_announced_is_not_done", unannounced),
        trial("faults::a_function_that_dies_loses_nothing", dying),
    ]
}

/// A proxy in front of a service, and the URL that leads through it.
async fn in_front_of(service: &str) -> Result<(Proxy, String), Failed> {
    let own = std::env::var(format!("AWS_ENDPOINT_URL_{service}"));
    let url = own.or_else(|_| std::env::var("AWS_ENDPOINT_URL"))?;
    Ok(Proxy::in_front_of(&url).await?)
}

async fn hanging() -> Outcome {
    let (stage, trigger) = Stage::with_payments(Order::Any).await?;
    let (dynamo, dynamo_url) = in_front_of("DYNAMODB").await?;
    let (sqs, sqs_url) = in_front_of("SQS").await?;
    let variables = [
        SHORT[0],
        SHORT[1],
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamo_url.as_str()),
        ("AWS_ENDPOINT_URL_SQS", sqs_url.as_str()),
    ];
    let function = Function::start(&stage, &variables).await?;
    let time = Duration::from_secs(8);
    stage.trade(3).await?;
    let records = trigger.receive(3).await?;
    let (first, others) = records.split_at(1);
    equal(
        "failures",
        &function.failures(first, time).await?,
        &Vec::new(),
    )?;

    for proxy in [&dynamo, &sqs] {
        proxy.set_both(Passage::BlackHole);
    }
    let start = Instant::now();
    let failures = function.failures(others, time).await?;
    equal("failures", &failures, &ids(others))?;
    // It was asked what is not begun at the end, and that is not all of its time.
    let took = start.elapsed();
    equal(
        "whether work was begun",
        &(took > Duration::from_secs(6)),
        &true,
    )?;

    for proxy in [&dynamo, &sqs] {
        proxy.set_both(Passage::Open);
    }
    let failures = function.failures(others, Duration::from_secs(20)).await?;
    equal("failures", &failures, &Vec::new())?;
    trigger.settle(&records, &failures).await?;
    stage.announced(3).await.map(drop)
}

async fn late() -> Outcome {
    let (stage, trigger) = Stage::with_payments(Order::Any).await?;
    let (dynamo, url) = in_front_of("DYNAMODB").await?;
    let variables = [
        SHORT[0],
        SHORT[1],
        ("BEEHIVE_ACTOR_AUTHORISE_PAYMENT_PARALLELISM", "1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
    ];
    let function = Function::start(&stage, &variables).await?;
    stage.trade(4).await?;
    let records = trigger.receive(4).await?;
    // An event takes several times as long.
    dynamo.set_both(Passage::Delayed(Duration::from_millis(250)));
    let failures = function.failures(&records, Duration::from_secs(6)).await?;
    equal("failures", &failures, &ids(&records[1..]))?;
    trigger.settle(&records, &failures).await?;
    trigger.holds(3).await?;
    dynamo.set_both(Passage::Open);
    let failures = function
        .failures(&records[1..], Duration::from_secs(30))
        .await?;
    equal("failures", &failures, &Vec::new())?;
    trigger.settle(&records, &failures).await?;
    stage.announced(4).await?;
    trigger.holds(0).await
}

async fn unannounced() -> Outcome {
    let (stage, trigger) = Stage::with_payments(Order::Any).await?;
    let (sns, url) = in_front_of("SNS").await?;
    let variables = [SHORT[0], SHORT[1], ("AWS_ENDPOINT_URL_SNS", url.as_str())];
    let function = Function::start(&stage, &variables).await?;
    let events = stage.trade(1).await?;
    let records = trigger.receive(1).await?;
    sns.refuse().await?;
    let failures = function.failures(&records, Duration::from_secs(10)).await?;
    trigger.settle(&records, &failures).await?;
    // A deferral stands for it now; or it came too late to tell SQS so, and comes again itself.
    sns.accept().await?;
    let end = Instant::now() + Duration::from_secs(120);
    let mut came = 0;
    while trigger.count().await? > 0 {
        equal("whether it takes too long", &(Instant::now() > end), &false)?;
        let records = trigger.poll(Duration::from_secs(1)).await?;
        for record in &records {
            let id = &record["messageAttributes"]["ce-id"]["stringValue"];
            equal("the event", id, &json!(events[0]))?;
        }
        let failures = function.failures(&records, Duration::from_secs(30)).await?;
        equal("failures", &failures, &Vec::new())?;
        trigger.settle(&records, &failures).await?;
        came += records.len();
    }
    equal("whether it came again", &(came > 0), &true)?;
    equal("announced", &stage.announced(1).await?.len(), &1)
}

async fn dying() -> Outcome {
    let (stage, trigger) = Stage::with_payments(Order::Any).await?;
    let (dynamo, url) = in_front_of("DYNAMODB").await?;
    let variables = [("AWS_ENDPOINT_URL_DYNAMODB", url.as_str())];
    let function = Function::start(&stage, &variables).await?;
    let events = stage.trade(5).await?;
    let records = trigger.receive(5).await?;
    // Some of the work is done, and nobody hears of it.
    dynamo.set_both(Passage::Delayed(Duration::from_millis(200)));
    let invoked = function.invoke(&records, Duration::from_secs(30));
    let cut = timeout(Duration::from_millis(1_300), invoked).await;
    equal("whether it was cut", &cut.is_err(), &true)?;
    function.kill().await?;
    let other = Function::start(&stage, &[]).await?;
    let failures = other.failures(&records, Duration::from_secs(30)).await?;
    equal("failures", &failures, &Vec::new())?;
    trigger.settle(&records, &failures).await?;
    let mut causes: Vec<_> = stage.announced(5).await?.into_keys().collect();
    let mut events = events;
    causes.sort();
    events.sort();
    equal("causes", &causes, &events)?;
    trigger.holds(0).await
}
