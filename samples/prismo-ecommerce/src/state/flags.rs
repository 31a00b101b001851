//! What has been gathered of what was scattered.

use std::collections::HashSet;

use beehive_core::{
    Result,
    actor::{Service, Services},
    prelude::*,
};

use crate::domain::{Order, OrderId, ProductId};

/// The items of each order that are reserved.
const RESERVED: &str = "reserved";

/// What each order has of what it needs to be shipped.
const READY: &str = "ready";

/// No order has more flags in one list: it has one per line, or one per condition.
const FLAGS_MAX: usize = 16;

/// What an order needs to be shipped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    /// Every item is reserved.
    GoodsReserved,
    /// The payment is no fraud.
    PaymentTrusted,
}

impl Condition {
    const ALL: [Self; 2] = [Self::GoodsReserved, Self::PaymentTrusted];

    const fn name(self) -> &'static str {
        match self {
            Self::GoodsReserved => "goods",
            Self::PaymentTrusted => "payment",
        }
    }
}

/// One list of flags per order. Whoever raises a flag looks at the list then: the last one finds it
/// complete, and so does everyone who comes later, which is why nobody may count on being the first.
#[derive(Clone, Debug)]
pub struct Flags(KeyList);

impl Flags {
    /// The flags kept in these stores.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no key-list store.
    pub fn of(stores: &Stores) -> Result<Self> {
        stores.key_list().map(Self)
    }

    /// Notes that an item is reserved.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn reserve(&self, order: OrderId, product: ProductId) -> Result<()> {
        let (key, flag) = (order.to_string(), product.to_string());
        self.0.add(RESERVED, &key, &flag).await.map(drop)
    }

    /// Whether every item of the order is reserved.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn is_reserved(&self, order: &Order) -> Result<bool> {
        let raised = self.raised(RESERVED, order.id).await?;
        let mut lines = order.lines.iter();
        Ok(lines.all(|line| raised.contains(&line.product.to_string())))
    }

    /// Notes that a condition holds.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn fulfil(&self, order: OrderId, condition: Condition) -> Result<()> {
        let key = order.to_string();
        self.0.add(READY, &key, condition.name()).await.map(drop)
    }

    /// Whether the order has all it needs to be shipped.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn is_ready(&self, order: OrderId) -> Result<bool> {
        let raised = self.raised(READY, order).await?;
        Ok(Condition::ALL
            .iter()
            .all(|condition| raised.contains(condition.name())))
    }

    async fn raised(&self, list: &str, order: OrderId) -> Result<HashSet<String>> {
        let flags = self.0.all(list, &order.to_string(), FLAGS_MAX).await?;
        Ok(flags.into_iter().collect())
    }
}

impl Service for Flags {
    fn resolve(services: &Services) -> Result<Self> {
        Self::of(services.stores())
    }
}
