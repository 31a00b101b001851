//! The audit finds what it is there to find, and nothing where all is right.

use std::num::NonZeroU32;

use super::*;
use crate::{
    domain::{CancelReason, Money, Seed, Status, generate::Generator},
    verdict,
};

/// A run in which everything went right.
struct Run {
    placed: Vec<Order>,
    facts: BTreeMap<OrderId, OrderFacts>,
    stock: Vec<ProductStock>,
}

impl Run {
    fn clean() -> Self {
        let generator = Generator::new(Seed::new(1), NonZeroU32::new(10).unwrap());
        let placed: Vec<_> = generator.orders(200).collect();
        let facts = placed
            .iter()
            .map(|order| (order.id, facts(order)))
            .collect();
        let mut run = Self {
            placed,
            facts,
            stock: Vec::new(),
        };
        for product in generator.catalogue().products() {
            let initial = i64::from(product.initial_stock);
            let shipped: i64 = run
                .shipped()
                .filter_map(|order| order.line(product.id))
                .map(|line| i64::from(line.quantity))
                .sum();
            let replenished = (shipped - initial).max(0) + 6;
            let remaining = initial + replenished - shipped;
            run.stock.push(ProductStock {
                product: product.id,
                initial,
                replenished,
                remaining,
            });
        }
        run
    }

    fn shipped(&self) -> impl Iterator<Item = &Order> {
        self.placed
            .iter()
            .filter(|order| verdict::outcome(order.id) == Status::Shipped)
    }

    fn first(&mut self, status: Status) -> &mut OrderFacts {
        let mut orders = self.placed.iter();
        let order = orders
            .find(|order| verdict::outcome(order.id) == status)
            .unwrap();
        self.facts.get_mut(&order.id).unwrap()
    }

    fn audit(&self) -> Vec<String> {
        audit(&self.placed, &self.facts, &self.stock)
    }
}

fn facts(order: &Order) -> OrderFacts {
    let status = verdict::outcome(order.id);
    let is_shipped = status == Status::Shipped;
    OrderFacts {
        status,
        charges: usize::from(status != PAYMENT_FAILED),
        refunds: usize::from(status == FRAUD),
        shipments: usize::from(is_shipped),
        emails: usize::from(is_shipped),
        invoices: is_shipped.then_some(order.total).into_iter().collect(),
        parked_items: 0,
    }
}

const PAYMENT_FAILED: Status = Status::Cancelled(CancelReason::PaymentFailed);
const FRAUD: Status = Status::Cancelled(CancelReason::Fraud);

#[test]
fn a_clean_run_has_no_violation() {
    assert_eq!(Run::clean().audit(), Vec::<String>::new());
}

type Plant = fn(&mut Run);

/// Plants each violation in a clean run of its own, and expects exactly one sentence about
/// `subject`.
#[track_caller]
fn assert_each_is_found(subject: &str, cases: &[(Plant, &str)]) {
    for (plant, expected) in cases {
        let mut run = Run::clean();
        plant(&mut run);
        let violations = run.audit();
        let about: Vec<_> = violations
            .iter()
            .filter(|violation| violation.starts_with(subject))
            .collect();
        assert!(
            matches!(about.as_slice(), [only] if only.ends_with(expected)),
            "{expected:?}, not {violations:#?}"
        );
    }
}

#[test]
fn every_planted_violation_of_an_order_is_found() {
    assert_each_is_found(
        "order ",
        &[
            (
                |run| drop(run.facts.pop_first()),
                "was placed and is not known",
            ),
            (
                |run| drop(run.placed.pop()),
                "is known and was never placed",
            ),
            (
                |run| run.first(Status::Shipped).charges = 0,
                "is shipped and was not charged",
            ),
            (
                |run| run.first(Status::Shipped).charges = 2,
                "was charged 2 times",
            ),
            (
                |run| run.first(FRAUD).refunds = 0,
                "was charged and cancelled, and is not refunded",
            ),
            (|run| run.first(FRAUD).refunds = 2, "was refunded 2 times"),
            (
                |run| run.first(PAYMENT_FAILED).refunds = 1,
                "was refunded and never charged",
            ),
            (
                |run| run.first(Status::Shipped).refunds = 1,
                "was refunded and is not cancelled",
            ),
            (
                |run| run.first(Status::Shipped).shipments = 0,
                "is shipped and the carrier has 0 parcels of it",
            ),
            (
                |run| run.first(Status::Shipped).shipments = 2,
                "is shipped and the carrier has 2 parcels of it",
            ),
            (
                |run| run.first(FRAUD).shipments = 1,
                "is cancelled and was shipped as well",
            ),
            (
                |run| run.first(Status::Shipped).emails = 0,
                "is shipped and was confirmed by 0 e-mails",
            ),
            (
                |run| run.first(Status::Shipped).emails = 2,
                "is shipped and was confirmed by 2 e-mails",
            ),
            (
                |run| run.first(PAYMENT_FAILED).emails = 1,
                "is cancelled and was confirmed by e-mail",
            ),
            (
                |run| run.first(Status::Shipped).invoices.clear(),
                "is shipped and has 0 invoices",
            ),
            (
                |run| run.first(Status::Shipped).invoices.push(Money::default()),
                "is shipped and has 2 invoices",
            ),
            (
                |run| run.first(Status::Shipped).invoices = vec![Money::default()],
                "and its invoice says 0.00 EUR",
            ),
            (
                |run| run.first(FRAUD).invoices.push(Money::default()),
                "is cancelled and has an invoice",
            ),
            (
                |run| run.first(FRAUD).status = PAYMENT_FAILED,
                "should be cancelled (fraud)",
            ),
        ],
    );
}

#[test]
fn an_order_that_is_not_settled_is_found_and_its_steps_on_the_way_are_not_held_against_it() {
    assert_each_is_found(
        "order ",
        &[
            (
                |run| {
                    *run.first(FRAUD) = OrderFacts {
                        charges: 1,
                        ..OrderFacts::default()
                    }
                },
                "is neither shipped nor cancelled",
            ),
            (
                |run| *run.first(PAYMENT_FAILED) = OrderFacts::default(),
                "is neither shipped nor cancelled",
            ),
        ],
    );
}

#[test]
fn an_order_shipped_against_its_verdict_is_found() {
    let mut run = Run::clean();
    run.first(FRAUD).status = Status::Shipped;
    let violations = run.audit();
    assert!(
        violations
            .iter()
            .any(|found| found.ends_with("is shipped and should be cancelled (fraud)")),
        "{violations:?}"
    );
}

#[test]
fn every_planted_violation_of_a_product_is_found() {
    assert_each_is_found(
        "product ",
        &[
            (|run| run.stock[0].remaining += 1, "were shipped"),
            (|run| run.stock[3].replenished += 6, "were shipped"),
            (|run| run.stock[0].initial -= 1, "were shipped"),
            (
                |run| {
                    run.stock[0].initial -= run.stock[0].remaining + 1;
                    run.stock[0].remaining = -1;
                },
                "is oversold: -1 units remain",
            ),
            (|run| run.stock.truncate(9), "units of it were shipped"),
        ],
    );
}
