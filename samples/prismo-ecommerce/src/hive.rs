//! The composition of the shop.

use std::{sync::Arc, time::Duration};

use beehive_core::{
    hive::{Hive, HiveBuilder},
    prelude::EventBody as _,
};

use crate::{
    actors,
    backend::Backend,
    error::Error,
    events::OrderAccepted,
    outside::{Ledger, OutsideSystems},
    state::StoreLedger,
};

/// The whole workflow on a backend, with these outside systems.
///
/// Orders come from outside, so `OrderAccepted` is its entry. It is strict: an actor that announces
/// what it does not declare, or reads what nobody announces, is an error.
pub fn hive(backend: &Backend, outside: OutsideSystems) -> HiveBuilder {
    Hive::builder("prismo")
        .shared_queue(Arc::clone(&backend.queue))
        .stores(backend.stores.clone())
        .service(outside.gateway)
        .service(outside.fraud_checker)
        .service(outside.supplier)
        .service(outside.carrier)
        .service(outside.mailer)
        .discover_in(&[actors::MODULE])
        .entry(OrderAccepted::TYPE)
        .strict()
}

/// The same with stand-ins for the outside systems, which keep their ledgers in the backend's
/// stores.
///
/// # Errors
/// When the backend has no store for them.
pub fn simulated_hive(backend: &Backend, replenish_delay: Duration) -> Result<HiveBuilder, Error> {
    let ledger: Arc<dyn Ledger> = Arc::new(StoreLedger::of(&backend.stores)?);
    let outside = OutsideSystems::simulated(&ledger, replenish_delay);
    Ok(hive(backend, outside))
}
