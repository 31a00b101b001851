//! What is known of every order.

use std::collections::BTreeMap;

use beehive_core::page::PageRequest;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Inspector;
use crate::{
    audit::OrderFacts,
    domain::OrderId,
    error::Error,
    outside::{Charge, Email, LedgerExt, Refund, Shipment},
};

/// How much is read at once.
const PAGE: usize = 1_000;

/// How many invoices are read at the same time; each is a request of its own on most backends.
const READERS: usize = 16;

type Facts = BTreeMap<OrderId, OrderFacts>;

impl Inspector {
    /// Everything that is known of any order, whoever placed it.
    ///
    /// # Errors
    /// When something cannot be read.
    pub async fn facts(&self) -> Result<Facts, Error> {
        let mut facts = self.orders().await?;
        for Charge { order, .. } in self.ledger.entries().await? {
            of(&mut facts, order).charges += 1;
        }
        for Refund { order, .. } in self.ledger.entries().await? {
            of(&mut facts, order).refunds += 1;
        }
        for Shipment { order, .. } in self.ledger.entries().await? {
            of(&mut facts, order).shipments += 1;
        }
        for Email { order, .. } in self.ledger.entries().await? {
            of(&mut facts, order).emails += 1;
        }
        self.add_invoices(&mut facts).await?;
        Ok(facts)
    }

    async fn orders(&self) -> Result<Facts, Error> {
        let (mut facts, mut page) = (Facts::new(), PageRequest::first(PAGE));
        loop {
            let found = self.orders.page(&page).await?;
            facts.extend(found.items.into_iter().map(|record| {
                let known = OrderFacts {
                    status: record.status,
                    parked_items: record.backordered.len(),
                    ..OrderFacts::default()
                };
                (record.order.id, known)
            }));
            match found.next {
                Some(next) => page = page.starting_at(next),
                None => return Ok(facts),
            }
        }
    }

    async fn add_invoices(&self, facts: &mut Facts) -> Result<(), Error> {
        let mut page = PageRequest::first(PAGE);
        loop {
            let (orders, next) = self.invoices.orders(page.clone()).await?;
            let mut totals = stream::iter(orders)
                .map(async |order| Ok::<_, Error>((order, self.invoices.total(order).await?)))
                .buffer_unordered(READERS);
            while let Some((order, total)) = totals.try_next().await? {
                of(facts, order).invoices.extend(total);
            }
            match next {
                Some(next) => page = page.starting_at(next),
                None => return Ok(()),
            }
        }
    }
}

fn of(facts: &mut Facts, order: OrderId) -> &mut OrderFacts {
    facts.entry(order).or_default()
}
