//! What the shop remembers, and how it is changed.
//!
//! Actors keep no state of their own: each takes from here, as a field, a handle that is filled from
//! the hive's stores. Every change is named by what it is about (an order, a shortage), so that it
//! can be asked for any number of times and takes effect once; and what two actors might change at
//! once is changed under a precondition.

mod flags;
mod invoices;
mod ledger;
mod orders;
mod parking;
mod runs;
mod stock;

pub use self::{
    flags::{Condition, Flags},
    invoices::Invoices,
    ledger::StoreLedger,
    orders::{OrderRecord, Orders},
    parking::Parking,
    runs::{RunRecord, Runs},
    stock::{Stock, Taking},
};
