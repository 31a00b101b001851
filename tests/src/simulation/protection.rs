//! What protects effects from happening twice, under which faults. Pure.

use beehive_core::testing::{Fault, FaultPlan};

use super::scenario::Scenario;

/// What may come between an effect and the record of it.
pub(super) const BETWEEN: [Fault; 5] = [
    Fault::Crash,
    Fault::LeaseCut,
    Fault::Slow,
    Fault::StoreRefused,
    Fault::StoreUnconfirmed,
];

/// What may leave a lease unsettled. Where an event is given up for being left so too often, none of
/// them may strike.
pub(super) const UNSETTLED: [Fault; 6] = [
    Fault::Crash,
    Fault::LeaseCut,
    Fault::Slow,
    Fault::DeliveryLost,
    Fault::SettleRefused,
    Fault::SettleUnconfirmed,
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
    /// What protects in this scenario.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let harmed = scenario.outage.is_some() || scenario.has_deadly_order();
        if harmed || any_of(&scenario.plan, &BETWEEN) {
            Self::Operations
        } else {
            Self::Inbox
        }
    }
}

/// Whether every lease must be settled by who holds it: nothing takes it away, nothing keeps it from
/// being settled, and nobody dies with it.
pub(super) fn settles_all(scenario: &Scenario) -> bool {
    !scenario.has_deadly_order() && !any_of(&scenario.plan, &UNSETTLED)
}

fn any_of(plan: &FaultPlan, faults: &[Fault]) -> bool {
    faults.iter().any(|fault| plan.rate(*fault) > 0.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use beehive_core::queue::AttemptCounting;

    use super::super::outage::{Outage, OutageScope};
    use super::*;

    fn under(fault: Fault) -> Scenario {
        Scenario::fair(0, FaultPlan::none().with(fault, 0.01))
    }

    #[test]
    fn what_comes_between_an_effect_and_its_record_takes_the_protection_of_the_inbox_away() {
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
            let protection = Protection::of(&under(fault));
            assert_eq!(protection == Protection::Inbox, harmless, "{fault}");
        }
        let mut scenario = under(Fault::Duplicated);
        scenario.outage = Some(Outage {
            from: Duration::ZERO,
            length: Duration::from_secs(1),
            scope: OutageScope::All,
        });
        assert_eq!(Protection::of(&scenario), Protection::Operations);
        let mut scenario = under(Fault::Duplicated);
        scenario.counting = AttemptCounting::Deliveries;
        assert_eq!(Protection::of(&scenario), Protection::Operations);
    }

    #[test]
    fn a_lease_may_be_let_go_only_where_it_may_be_lost() {
        assert!(settles_all(&Scenario::fair(0, FaultPlan::none())));
        assert!(settles_all(&under(Fault::Duplicated)));
        assert!(!settles_all(&under(Fault::DeliveryLost)));
    }
}
