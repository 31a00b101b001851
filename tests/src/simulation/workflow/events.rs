//! The events of the workflow.

use beehive_core::prelude::*;

/// An order, as the newer version writes it.
#[derive(Serialize, Deserialize, EventBody)]
pub(super) struct OrderPlaced {
    pub(super) order: String,
    pub(super) items: u32,
    pub(super) doom: Option<Doom>,
    pub(super) payment: Payment,
    /// New in this version; the older one passes over it.
    pub(super) greeting: String,
}

/// Why no attempt can process an order.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum Doom {
    /// The actor says so.
    Terminal,
    /// It fails whenever it is tried.
    Hopeless,
    /// It takes its process down whenever it is tried.
    Deadly,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Payment {
    Card,
    /// New in this version; the older one cannot read it.
    Voucher,
}

#[derive(Serialize, Deserialize, EventBody)]
pub(super) struct ItemRequested {
    pub(super) order: String,
    pub(super) item: u32,
    pub(super) items: u32,
}

#[derive(Serialize, Deserialize, EventBody)]
pub(super) struct ItemReserved {
    pub(super) order: String,
    pub(super) item: u32,
    pub(super) items: u32,
}

#[derive(Serialize, Deserialize, EventBody)]
pub(super) struct OrderCompleted {
    pub(super) order: String,
}

#[derive(Serialize, Deserialize, EventBody)]
pub(super) struct OrderShipped {
    pub(super) order: String,
}

/// New in the newer version; the older one has never heard of it.
#[derive(Serialize, Deserialize, EventBody)]
pub(super) struct OrderRated {
    pub(super) order: String,
}
