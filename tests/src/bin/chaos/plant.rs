//! Spoils a run on purpose, to see whether the verdict finds it.

use std::time::Duration;

use beehive_core::prelude::{EventQueue, EventQueueExt as _, QueueName, Stores};
use prismo_ecommerce::domain::{Money, OrderId, Seed};
use prismo_ecommerce::outside::{Charge, LedgerExt as _};
use prismo_ecommerce::state::StoreLedger;

use crate::Result;
use crate::options::Plant;

/// Where nobody reads.
const NOBODY: &str = "OrderShipped-Nobody";

/// Plants what is to be found, while the run is under way.
pub(crate) async fn plant(
    plant: Plant,
    seed: Seed,
    queue: &dyn EventQueue,
    stores: &Stores,
) -> Result<()> {
    match plant {
        Plant::Loss => lose(queue).await,
        Plant::Duplicate => charge_again(stores, seed).await,
        Plant::Stuck => Ok(queue.declare(&NOBODY.parse()?).await?),
    }
}

/// Takes an event from a subscription, and tells nobody.
async fn lose(queue: &dyn EventQueue) -> Result<()> {
    const TRIES: usize = 200;
    let from: QueueName = "FraudCheckPassed-Fulfilment".parse()?;
    for _ in 0..TRIES {
        if let Some(lease) = queue.receive_one(&from, Duration::from_secs(30)).await? {
            return Ok(lease.commit().await?);
        }
    }
    Err("there was no event to lose".into())
}

/// Charges the first customer a second time, past the gateway's idempotency key.
async fn charge_again(stores: &Stores, seed: Seed) -> Result<()> {
    let order = OrderId::new(seed, 1);
    let charge = Charge {
        order,
        amount: Money::from_minor_units(1),
    };
    let ledger = StoreLedger::of(stores)?;
    ledger.record(&format!("{order}/again"), &charge).await?;
    Ok(())
}
