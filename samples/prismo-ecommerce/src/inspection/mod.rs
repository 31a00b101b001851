//! Looking at what the stores and ledgers say.

mod facts;
mod settlement;
mod stock;
mod summarise;

pub use self::{settlement::Settlement, summarise::summarise};

use std::sync::Arc;

use beehive_core::prelude::Stores;

use crate::{
    error::Error,
    outside::Ledger,
    state::{Invoices, Orders, Stock, StoreLedger},
};

/// Reads everything there is to know about a run, in whatever process it went on.
#[derive(Clone, Debug)]
pub struct Inspector {
    orders: Orders,
    stock: Stock,
    invoices: Invoices,
    ledger: Arc<dyn Ledger>,
}

impl Inspector {
    /// An inspector of these stores.
    ///
    /// # Errors
    /// When one of them is missing.
    pub fn of(stores: &Stores) -> Result<Self, Error> {
        Ok(Self {
            orders: Orders::of(stores)?,
            stock: Stock::of(stores)?,
            invoices: Invoices::of(stores)?,
            ledger: Arc::new(StoreLedger::of(stores)?),
        })
    }
}
