//! From what the stores say to a summary.

use std::time::Duration;

use beehive_core::flow::Graph;
use tokio::time::{Instant, sleep};

use super::Inspector;
use crate::{
    audit::audit,
    backend::Backend,
    domain::Order,
    error::Error,
    state::RunRecord,
    summary::{Summary, Traffic},
};

/// How long figures may be in motion when they are read: workers may still put a late delivery on
/// the shelf.
const MOTION_MAX: Duration = Duration::from_secs(10);

/// Audits a run. The events given up are counted in the queues of the workflow.
///
/// # Errors
/// When something cannot be read. What is wrong with the run itself is in the summary.
pub async fn summarise(
    run: &RunRecord,
    backend: &Backend,
    graph: &Graph,
    traffic: Traffic,
    elapsed: Duration,
) -> Result<Summary, Error> {
    let inspector = Inspector::of(&backend.stores)?;
    let generator = run.generator();
    let deadline = Instant::now() + MOTION_MAX;
    let stock = loop {
        let (stock, are_at_rest) = inspector.stock(generator.catalogue()).await?;
        if are_at_rest || Instant::now() >= deadline {
            break stock;
        }
        sleep(Duration::from_millis(100)).await;
    };
    let facts = inspector.facts().await?;
    let placed: Vec<Order> = generator.orders(run.orders).collect();
    let violations = audit(&placed, &facts, &stock);
    let queues = graph.steps().map(|step| &step.queue);
    let traffic = Traffic {
        dead_lettered: backend.dead_letters(queues).await?,
        ..traffic
    };
    Ok(Summary::new(
        placed.len(),
        &facts,
        traffic,
        elapsed,
        violations,
    ))
}
