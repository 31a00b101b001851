//! The systems outside the shop, as it sees them, and stand-ins for them.
//!
//! Each trait promises what its real counterpart does: a request repeated under the same key has
//! the effect of one. The stand-ins take their verdicts from [`verdict`](crate::verdict) and write
//! every effect into a [`Ledger`], which whoever audits the shop can read, in whatever process that
//! is.

mod carrier;
mod error;
mod fraud;
mod ledger;
mod mailer;
mod payment;
mod supplier;
mod systems;

pub use self::{
    carrier::{Carrier, SimulatedCarrier},
    error::OutsideError,
    fraud::{FraudChecker, SimulatedFraudChecker},
    ledger::{
        Book, Charge, Email, Ledger, LedgerEntry, LedgerExt, MemoryLedger, Refund, Shipment, Supply,
    },
    mailer::{Mailer, Message, SimulatedMailer},
    payment::{PaymentGateway, SimulatedPaymentGateway},
    supplier::{Promise, SimulatedSupplier, Supplier},
    systems::OutsideSystems,
};
