//! Faults that come as events.

use std::time::Duration;

use beehive_core::prelude::{Event, EventId};
use fastrand::Rng;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::Result;
use crate::plan::FaultKind;
use crate::rig::Rig;

/// Where an event that nobody can read ends.
pub(crate) const READER: &str = "OrderAccepted-Payment";
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
            let event = Event::json("OrderCorrected", &json!({ "order": "s1-0000001" }))?;
            poison(rig, event.with_destination(READER.parse()?)).await
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
    let trying = async {
        loop {
            match work().await {
                Ok(()) => return Ok(()),
                Err(_) => sleep(Duration::from_millis(500)).await,
            }
        }
    };
    timeout(PATIENCE, trying)
        .await
        .map_err(|_| "an event could not be published for two minutes")?
}
