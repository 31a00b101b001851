//! The workflow that is simulated: scatter, gather, a delay, counters, documents, an entity that all
//! orders change, an effect that only the inbox protects, and two versions of all that.

mod actors;
mod events;
mod ledger;
mod newer;
mod older;
mod orders;
mod version;

pub(super) use self::actors::STOCK;
pub(super) use self::ledger::Ledger;
pub(super) use self::orders::{Kind, Placed};
pub(super) use self::version::{Version, hive};
