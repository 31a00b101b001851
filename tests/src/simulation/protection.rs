//! What protects effects from happening twice, under which faults. Pure.

use beehive_core::testing::{Fault, FaultPlan};

use super::outage::Outage;

/// What may come between an effect and the record of it.
pub(super) const BETWEEN: [Fault; 5] = [
    Fault::Crash,
    Fault::LeaseCut,
    Fault::Slow,
    Fault::StoreRefused,
    Fault::StoreUnconfirmed,
];

/// Whether effects that only the inbox protects must have happened once as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Operation ids and preconditions; what has none may happen again.
    Operations,
    /// The inbox too. Holds where no process dies, no lease is lost and no store fails between the
    /// effect and the record of it.
    Inbox,
}

impl Protection {
    /// What protects under these faults.
    pub(super) fn under(plan: &FaultPlan, outage: Option<Outage>) -> Self {
        if outage.is_some() || any_of(plan, &BETWEEN) {
            Self::Operations
        } else {
            Self::Inbox
        }
    }
}

/// Whether every lease must be settled by who holds it: nothing takes it away, nothing keeps it from
/// being settled, and nobody dies with it.
pub(super) fn settles_all(plan: &FaultPlan) -> bool {
    let harmful = [
        Fault::Crash,
        Fault::LeaseCut,
        Fault::Slow,
        Fault::DeliveryLost,
        Fault::SettleRefused,
        Fault::SettleUnconfirmed,
    ];
    !any_of(plan, &harmful)
}

fn any_of(plan: &FaultPlan, faults: &[Fault]) -> bool {
    faults.iter().any(|fault| plan.rate(*fault) > 0.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::outage::OutageScope;
    use super::*;

    #[test]
    fn what_comes_between_an_effect_and_its_record_takes_the_protection_of_the_inbox_away() {
        let under = |fault| Protection::under(&FaultPlan::none().with(fault, 0.01), None);
        for fault in Fault::ALL {
            let harmless = [
                Fault::PublishRefused,
                Fault::ConfirmLost,
                Fault::Duplicated,
                Fault::Delayed,
                Fault::Reordered,
                Fault::ReceiveFailed,
                Fault::DeliveryLost,
                Fault::SettleRefused,
                Fault::SettleUnconfirmed,
                Fault::Conflict,
            ]
            .contains(&fault);
            assert_eq!(under(fault) == Protection::Inbox, harmless, "{fault}");
        }
        let outage = Outage {
            from: Duration::ZERO,
            length: Duration::from_secs(1),
            scope: OutageScope::All,
        };
        let under = Protection::under(&FaultPlan::none(), Some(outage));
        assert_eq!(under, Protection::Operations);
    }

    #[test]
    fn a_lease_may_be_let_go_only_where_it_may_be_lost() {
        assert!(settles_all(&FaultPlan::none()));
        assert!(settles_all(&FaultPlan::none().with(Fault::Duplicated, 1.0)));
        assert!(!settles_all(
            &FaultPlan::none().with(Fault::DeliveryLost, 0.1)
        ));
    }
}
