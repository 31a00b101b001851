//! What the outside systems will say about each order.
//!
//! A verdict is drawn from the order's identity, which carries the seed of its run: it depends
//! neither on time nor on who asks, nor on how often.

use crate::{
    domain::{CancelReason, OrderId, Status},
    draws::Draws,
};

/// One payment in this many is declined: 10 %.
const DECLINED_ONE_IN: u64 = 10;

/// One authorised payment in this many is a fraud. As nine orders in ten are paid, it is 1 % of all
/// orders.
const FRAUD_ONE_IN: u64 = 90;

/// What the payment gateway says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PaymentVerdict {
    /// The money is there.
    Authorised,
    /// The customer cannot pay.
    Declined,
}

/// What the fraud checker says of an authorised payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FraudVerdict {
    /// Nothing is wrong with it.
    Passed,
    /// It is a fraud.
    Failed,
}

/// The gateway's verdict on the order's payment.
pub fn payment(order: OrderId) -> PaymentVerdict {
    if is_drawn("payment", order, DECLINED_ONE_IN) {
        PaymentVerdict::Declined
    } else {
        PaymentVerdict::Authorised
    }
}

/// The checker's verdict on the order's payment, which went through.
pub fn fraud(order: OrderId) -> FraudVerdict {
    if is_drawn("fraud", order, FRAUD_ONE_IN) {
        FraudVerdict::Failed
    } else {
        FraudVerdict::Passed
    }
}

/// How the order must end.
pub fn outcome(order: OrderId) -> Status {
    match (payment(order), fraud(order)) {
        (PaymentVerdict::Declined, _) => Status::Cancelled(CancelReason::PaymentFailed),
        (PaymentVerdict::Authorised, FraudVerdict::Failed) => {
            Status::Cancelled(CancelReason::Fraud)
        }
        (PaymentVerdict::Authorised, FraudVerdict::Passed) => Status::Shipped,
    }
}

fn is_drawn(purpose: &str, order: OrderId, one_in: u64) -> bool {
    Draws::new(purpose, order.seed(), &order.to_string()).below(one_in) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Seed;

    fn count(seed: u64, orders: u32, status: Status) -> usize {
        (1..=orders)
            .filter(|&place| outcome(OrderId::new(Seed::new(seed), place)) == status)
            .count()
    }

    #[test]
    fn a_tenth_of_the_payments_fails_and_a_hundredth_of_the_orders_is_fraud() {
        let failed = count(1, 20_000, Status::Cancelled(CancelReason::PaymentFailed));
        let fraud = count(1, 20_000, Status::Cancelled(CancelReason::Fraud));
        assert!(
            (1_900..=2_100).contains(&failed),
            "{failed} payments failed"
        );
        assert!((160..=240).contains(&fraud), "{fraud} frauds");
    }

    #[test]
    fn verdicts_are_the_same_for_ever() {
        let of = |seed| {
            let reason = |reason| count(seed, 1_000, Status::Cancelled(reason));
            (
                reason(CancelReason::PaymentFailed),
                reason(CancelReason::Fraud),
            )
        };
        assert_eq!([of(1), of(2)], [(114, 9), (94, 8)]);
    }
}
