//! The whole shop in functions.

use std::time::Duration;

use beehive_core::hive::Hive;
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;
use prismo_ecommerce::backend::Backend;
use prismo_ecommerce::inspection::summarise;
use prismo_ecommerce::shop::Shop;
use prismo_ecommerce::simulated_hive;
use prismo_ecommerce::state::RunRecord;
use prismo_ecommerce::summary::{Summary, Traffic};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::function::Function;
use crate::stage::Stage;
use crate::{equal, trial};

/// How long the function may run.
const TIME: Duration = Duration::from_secs(30);
const REPLENISH_DELAY: Duration = Duration::from_millis(200);

pub(crate) fn trials() -> Vec<Trial> {
    let name = "workflow::every_order_ends_as_it_does_in_memory";
    // The compiler cannot prove that this future may change threads, so it keeps to one.
    let shop = || async { spawn_blocking(|| Handle::current().block_on(shop())).await? };
    vec![trial(name, shop)]
}

async fn summary(
    run: &RunRecord,
    backend: &Backend,
    hive: &Hive,
    elapsed: Duration,
) -> Result<Summary, Failed> {
    let traffic = Traffic::default();
    Ok(summarise(run, backend, hive.graph(), traffic, elapsed).await?)
}

/// The digest of the same run in the memory of this process.
async fn in_memory(run: &RunRecord) -> Result<String, Failed> {
    let backend = Backend::memory();
    let hive = || simulated_hive(&backend, REPLENISH_DELAY);
    let running = hive()?.build()?.start().await?;
    let shop = Shop::new(run.clone(), running.publisher(), &backend.stores)?;
    shop.trade(|_| {}).await?;
    running.drain().await;
    let hive = hive()?.build()?;
    Ok(summary(run, &backend, &hive, Duration::ZERO).await?.digest)
}

/// Has a function work on whatever comes, as the triggers of all queues of the hive would.
async fn pull_triggers(stage: &Stage, hive: &Hive) -> Result<(), Failed> {
    let function = Function::start(stage, &[]).await?;
    let mut triggers = Vec::new();
    for step in hive.graph().steps() {
        triggers.push(stage.trigger(step.queue.as_str()).await?);
    }
    loop {
        for trigger in &triggers {
            let records = trigger.poll(Duration::ZERO).await?;
            if !records.is_empty() {
                let failures = function.failures(&records, TIME).await?;
                trigger.settle(&records, &failures).await?;
            }
        }
    }
}

async fn shop() -> Outcome {
    let stage = Stage::new().await?;
    let backend = stage.backend().await?;
    let hive = simulated_hive(&backend, REPLENISH_DELAY)?.build()?;
    hive.declare().await?;
    let shop = Shop::new(stage.run.clone(), hive.publisher(), &stage.stores)?;
    let start = Instant::now();
    tokio::select! {
        traded = shop.trade(|_| {}) => traded?,
        stopped = pull_triggers(&stage, &hive) => stopped?,
    }
    let summary = summary(&stage.run, &backend, &hive, start.elapsed()).await?;
    equal("violations", &summary.violations, &Vec::new())?;
    equal("the digest", &summary.digest, &in_memory(&stage.run).await?)
}
