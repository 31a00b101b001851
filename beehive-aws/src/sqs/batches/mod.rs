//! Batches: what waits for a request while another is under way goes together in the next.

mod callers;
mod changes;
mod coalescer;
mod deletes;
mod entries;
mod fates;
mod in_order;
mod packing;
mod publishes;
mod sends;

pub(super) use self::changes::{Change, Changes};
pub(super) use self::coalescer::{Coalescer, ended};
pub(super) use self::deletes::Deletes;
pub(super) use self::publishes::Publishes;
pub(super) use self::sends::{Outgoing, Sends};

#[cfg(test)]
mod tests;
