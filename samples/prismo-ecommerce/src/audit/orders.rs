//! What must hold for every order.

use std::collections::{BTreeMap, BTreeSet};

use super::OrderFacts;
use crate::{
    domain::{Money, Order, OrderId, Status},
    verdict,
};

/// What is wrong with the orders.
pub(super) fn audit(placed: &[Order], facts: &BTreeMap<OrderId, OrderFacts>) -> Vec<String> {
    let mut violations = Vec::new();
    for order in placed {
        let Some(facts) = facts.get(&order.id) else {
            violations.push(format!("order {} was placed and is not known", order.id));
            continue;
        };
        let found = [
            outcome(order, facts),
            payment(facts),
            refund(facts),
            fulfilment(facts),
            invoice(order, facts),
        ];
        violations.extend(
            found
                .into_iter()
                .flatten()
                .map(|what| format!("order {} {what}", order.id)),
        );
    }
    let placed: BTreeSet<_> = placed.iter().map(|order| order.id).collect();
    let unknown = facts.keys().filter(|id| !placed.contains(id));
    violations.extend(unknown.map(|id| format!("order {id} is known and was never placed")));
    violations
}

/// Shipped or cancelled, as the verdicts have it.
fn outcome(order: &Order, facts: &OrderFacts) -> Vec<String> {
    let expected = verdict::outcome(order.id);
    match facts.status {
        Status::Placed => vec!["is neither shipped nor cancelled".to_owned()],
        status if status != expected => vec![format!(
            "is {} and should be {}",
            spelled(status),
            spelled(expected)
        )],
        _ => Vec::new(),
    }
}

/// Charged at most once, and before it is shipped.
fn payment(facts: &OrderFacts) -> Vec<String> {
    match (facts.status, facts.charges) {
        (Status::Shipped, 0) => vec!["is shipped and was not charged".to_owned()],
        (_, 0 | 1) => Vec::new(),
        (_, charges) => vec![format!("was charged {charges} times")],
    }
}

/// Refunded exactly when charged and cancelled.
fn refund(facts: &OrderFacts) -> Vec<String> {
    let is_due = matches!(facts.status, Status::Cancelled(_)) && facts.charges > 0;
    match (is_due, facts.refunds) {
        (true, 0) => vec!["was charged and cancelled, and is not refunded".to_owned()],
        (true, 1) | (false, 0) => Vec::new(),
        (true, refunds) => vec![format!("was refunded {refunds} times")],
        (false, _) if facts.charges == 0 => vec!["was refunded and never charged".to_owned()],
        (false, _) => vec!["was refunded and is not cancelled".to_owned()],
    }
}

/// One parcel and one e-mail when shipped, otherwise none.
fn fulfilment(facts: &OrderFacts) -> Vec<String> {
    let mut found = Vec::new();
    match (facts.status, facts.shipments) {
        (Status::Shipped, 1) | (Status::Placed | Status::Cancelled(_), 0) => {}
        (Status::Shipped, shipments) => found.push(format!(
            "is shipped and the carrier has {shipments} parcels of it"
        )),
        (Status::Cancelled(_), _) => found.push("is cancelled and was shipped as well".to_owned()),
        (Status::Placed, _) => {
            found.push("is with the carrier and not known to be shipped".to_owned());
        }
    }
    match (facts.status, facts.emails) {
        (Status::Shipped, 1) | (Status::Placed | Status::Cancelled(_), 0) => {}
        (Status::Shipped, emails) => {
            found.push(format!("is shipped and was confirmed by {emails} e-mails"));
        }
        (status, _) => found.push(format!("is {status} and was confirmed by e-mail")),
    }
    found
}

/// One invoice over the order's total when shipped, otherwise none.
fn invoice(order: &Order, facts: &OrderFacts) -> Vec<String> {
    let differs = |total: Money| format!("costs {} and its invoice says {total}", order.total);
    match (facts.status, facts.invoices.as_slice()) {
        (Status::Shipped, &[total]) if total == order.total => Vec::new(),
        (Status::Shipped, &[total]) => vec![differs(total)],
        (Status::Shipped, invoices) => {
            vec![format!("is shipped and has {} invoices", invoices.len())]
        }
        (_, []) => Vec::new(),
        (status, _) => vec![format!("is {status} and has an invoice")],
    }
}

/// The status with its reason.
fn spelled(status: Status) -> String {
    match status {
        Status::Cancelled(reason) => format!("{status} ({reason})"),
        Status::Placed | Status::Shipped => status.to_string(),
    }
}
