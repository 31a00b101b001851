//! What the stores and the dead letters say in the end.

use std::collections::BTreeMap;

use beehive_core::ErrorKind;
use beehive_core::page::PageRequest;
use beehive_core::prelude::{EventId, EventQueue, QueueName, Stores};
use beehive_core::queue::DeadLetterReason;
use prismo_ecommerce::audit::{OrderFacts, audit};
use prismo_ecommerce::domain::{CancelReason, Order, OrderId, Status};
use prismo_ecommerce::inspection::Inspector;
use prismo_ecommerce::state::RunRecord;
use prismo_ecommerce::summary::digest;
use prismo_ecommerce::verdict::outcome;

use crate::Result;

/// What the stores say.
#[derive(Clone, Debug)]
pub(crate) struct Effects {
    /// Orders that have ended.
    pub(crate) settled: usize,
    /// Orders that are not known, or have not ended.
    pub(crate) unsettled: usize,
    /// Effects that are missing from orders that have ended.
    pub(crate) missing: usize,
    /// Effects that happened again.
    pub(crate) repeated: usize,
    /// All that the shop's own audit found.
    pub(crate) violations: Vec<String>,
    pub(crate) digest: String,
}

/// Reads the stores.
pub(crate) async fn effects(stores: &Stores, run: &RunRecord) -> Result<Effects> {
    let inspector = Inspector::of(stores)?;
    let generator = run.generator();
    let (stock, _) = inspector.stock(generator.catalogue()).await?;
    let facts = inspector.facts().await?;
    let placed: Vec<Order> = generator.orders(run.orders).collect();
    Ok(Effects {
        violations: audit(&placed, &facts, &stock),
        digest: digest(&facts),
        ..count(&placed, &facts)
    })
}

fn count(placed: &[Order], facts: &BTreeMap<OrderId, OrderFacts>) -> Effects {
    let mut effects = Effects {
        settled: 0,
        unsettled: 0,
        missing: 0,
        repeated: 0,
        violations: Vec::new(),
        digest: String::new(),
    };
    for order in placed {
        let known = facts.get(&order.id);
        let found = known.filter(|facts| facts.status != Status::Placed);
        let Some(found) = found else {
            effects.unsettled += 1;
            continue;
        };
        effects.settled += 1;
        for (expected, happened) in compared(order.id, found) {
            effects.missing += expected.saturating_sub(happened);
            effects.repeated += happened.saturating_sub(expected);
        }
    }
    effects
}

/// How often each effect should have happened to an order that has ended, and how often it did.
fn compared(order: OrderId, facts: &OrderFacts) -> [(usize, usize); 5] {
    let (charges, refunds, shipped) = match outcome(order) {
        Status::Shipped => (1, 0, 1),
        Status::Cancelled(CancelReason::Fraud) => (1, 1, 0),
        Status::Cancelled(CancelReason::PaymentFailed) | Status::Placed => (0, 0, 0),
    };
    [
        (charges, facts.charges),
        (refunds, facts.refunds),
        (shipped, facts.shipments),
        (shipped, facts.emails),
        (shipped, facts.invoices.len()),
    ]
}

/// A dead letter, as far as the verdict is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dead {
    pub(crate) queue: String,
    pub(crate) event: EventId,
    pub(crate) reason: DeadLetterReason,
    pub(crate) error: String,
}

/// All dead letters of these queues.
pub(crate) async fn dead_letters(
    queue: &dyn EventQueue,
    names: impl IntoIterator<Item = QueueName>,
) -> Result<Vec<Dead>> {
    const PAGE: usize = 100;
    let mut dead = Vec::new();
    for name in names {
        let mut page = PageRequest::first(PAGE);
        loop {
            let found = match queue.dead_letters().list(&name, &page).await {
                Ok(found) => found,
                // No worker of the version that reads it was ever there.
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                Err(error) => return Err(error.into()),
            };
            dead.extend(found.items.into_iter().map(|letter| Dead {
                queue: name.to_string(),
                event: letter.event.id().clone(),
                reason: letter.record.reason,
                error: letter.record.errors.into_iter().next().unwrap_or_default(),
            }));
            match found.next {
                Some(next) => page = PageRequest::first(PAGE).starting_at(next),
                None => break,
            }
        }
    }
    Ok(dead)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use prismo_ecommerce::domain::{Seed, generate::Generator};

    use super::*;

    /// Orders that ended right.
    fn clean() -> (Vec<Order>, BTreeMap<OrderId, OrderFacts>) {
        let generator = Generator::new(Seed::new(1), NonZeroU32::new(10).unwrap());
        let placed: Vec<_> = generator.orders(200).collect();
        let facts = placed.iter().map(|order| {
            let mut facts = OrderFacts {
                status: outcome(order.id),
                ..OrderFacts::default()
            };
            let [charges, refunds, shipments, emails, invoices] = compared(order.id, &facts);
            facts.charges = charges.0;
            facts.refunds = refunds.0;
            facts.shipments = shipments.0;
            facts.emails = emails.0;
            facts.invoices = vec![order.total; invoices.0];
            (order.id, facts)
        });
        let facts = facts.collect();
        (placed, facts)
    }

    #[test]
    fn what_ended_right_lacks_nothing() {
        let (placed, facts) = clean();
        let effects = count(&placed, &facts);
        assert_eq!((effects.settled, effects.unsettled), (200, 0));
        assert_eq!((effects.missing, effects.repeated), (0, 0));
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_counted() {
        let (placed, mut facts) = clean();
        let mut shipped = facts
            .values_mut()
            .filter(|facts| facts.status == Status::Shipped);
        shipped.next().unwrap().emails = 0;
        shipped.next().unwrap().charges = 3;
        shipped.next().unwrap().status = Status::Placed;
        facts.pop_last();
        let effects = count(&placed, &facts);
        assert_eq!((effects.settled, effects.unsettled), (198, 2));
        assert_eq!((effects.missing, effects.repeated), (1, 2));
    }
}
