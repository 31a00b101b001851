//! Faults that come as events.

use std::time::Duration;

use beehive_core::prelude::{Event, EventId, QueueName};
use fastrand::Rng;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::Result;
use crate::plan::FaultKind;
use crate::rig::Rig;

/// The broker may be away for a while.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) async fn strike(kind: FaultKind, rig: &Rig, dice: &mut Rng) -> Result<()> {
    let lives = rig.crew.lives().await;
    let strike = rig.journal.strike(kind.name(), &lives);
    let struck = match kind {
        FaultKind::Duplicate => {
            let count = dice.usize(5..=50);
            patiently(|| rig.tap.repeat(count).boxed()).await
        }
        FaultKind::Poison => {
            let event = Event::new("OrderAccepted", "application/json", "{ this is no order");
            poison(rig, event).await
        }
        _ => {
            let event = Event::json("OrderCorrected", &json!({ "corrected": "s1-0000001" }))?;
            let topic = QueueName::of_topic("OrderAccepted")?;
            poison(rig, event.with_destination(topic)).await
        }
    };
    rig.journal.over(strike);
    struck
}

/// Publishes an event that must end in the dead letters, and remembers it.
async fn poison(rig: &Rig, event: Event) -> Result<()> {
    let id = EventId::parse(&format!("poison/{}", event.id()))?;
    let event = event.with_id(id.clone());
    rig.poisoned(id);
    let event = std::slice::from_ref(&event);
    patiently(|| publish(rig, event).boxed()).await
}

async fn publish(rig: &Rig, events: &[Event]) -> Result<()> {
    Ok(rig.queue.publish(events).await.map(drop)?)
}

/// Tries until it works: another fault may be on.
async fn patiently<'a>(work: impl Fn() -> BoxFuture<'a, Result<()>>) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match work().await {
            Err(_) if Instant::now() < deadline => sleep(Duration::from_millis(500)).await,
            result => return result,
        }
    }
}
