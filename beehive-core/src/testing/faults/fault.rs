//! The kinds of faults that can be injected.

use std::fmt;

/// One kind of fault, as it strikes a queue, a store or the whole process.
///
/// All of them happen to real brokers and databases, and a program has to bear all of them; none
/// breaks the contract of [`EventQueue`](crate::queue::EventQueue) or of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// Publishing an event fails before anything happened.
    PublishRefused,
    /// An event is published, but its confirmation is lost: the publisher gets an error.
    ConfirmLost,
    /// An event is published twice under one id, the second time at once or a while later.
    Duplicated,
    /// An event is confirmed, but arrives later, after others.
    Delayed,
    /// The events of a batch change places.
    Reordered,
    /// Receiving fails before anything was taken.
    ReceiveFailed,
    /// Events are leased, but never reach who asked: they come again when their leases expire.
    DeliveryLost,
    /// A lease expires earlier than was said, and its holder learns of it only when it extends or
    /// settles.
    LeaseCut,
    /// Settling or extending a lease fails before anything happened.
    SettleRefused,
    /// A lease is settled or extended, but the caller gets an error.
    SettleUnconfirmed,
    /// An operation on a store fails before anything happened.
    StoreRefused,
    /// A write to a store is done, but the caller gets an error.
    StoreUnconfirmed,
    /// A conditional write loses a race against nobody; nothing is written.
    Conflict,
    /// An operation takes a while.
    Slow,
    /// The process dies before or after an operation; see [`Faults::crash`](super::Faults::crash).
    Crash,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::PublishRefused,
        Self::ConfirmLost,
        Self::Duplicated,
        Self::Delayed,
        Self::Reordered,
        Self::ReceiveFailed,
        Self::DeliveryLost,
        Self::LeaseCut,
        Self::SettleRefused,
        Self::SettleUnconfirmed,
        Self::StoreRefused,
        Self::StoreUnconfirmed,
        Self::Conflict,
        Self::Slow,
        Self::Crash,
    ];

    /// Its place in a table of all kinds.
    pub(super) fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublishRefused => "publish refused",
            Self::ConfirmLost => "confirm lost",
            Self::Duplicated => "duplicated",
            Self::Delayed => "delayed",
            Self::Reordered => "reordered",
            Self::ReceiveFailed => "receive failed",
            Self::DeliveryLost => "delivery lost",
            Self::LeaseCut => "lease cut",
            Self::SettleRefused => "settle refused",
            Self::SettleUnconfirmed => "settle unconfirmed",
            Self::StoreRefused => "store refused",
            Self::StoreUnconfirmed => "store unconfirmed",
            Self::Conflict => "conflict",
            Self::Slow => "slow",
            Self::Crash => "crash",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_place() {
        for (place, fault) in Fault::ALL.into_iter().enumerate() {
            assert_eq!(fault.index(), place, "{fault}");
        }
    }
}
