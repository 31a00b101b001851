//! What the outside systems were asked to do, and did.

mod entry;
mod ext;
mod memory;
mod operator;

pub use self::{
    entry::{Book, Charge, Email, LedgerEntry, Refund, Shipment, Supply},
    ext::LedgerExt,
    memory::MemoryLedger,
    operator::Ledger,
};
