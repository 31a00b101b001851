//! The orders and how they stand.

use std::collections::BTreeSet;

use beehive_core::{
    Result,
    actor::{Service, Services},
    page::{Page, PageRequest},
    prelude::*,
    store::Range,
};

use crate::domain::{CancelReason, Order, OrderId, ProductId, Status};

/// An order and how it stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct OrderRecord {
    id: String,
    /// What was ordered.
    pub order: Order,
    /// Where it stands.
    pub status: Status,
    /// The products it had to wait for.
    pub backordered: BTreeSet<ProductId>,
    /// Whether its goods were put back after it was cancelled.
    pub released: bool,
}

impl OrderRecord {
    /// An order that was placed just now.
    pub fn new(order: Order) -> Self {
        Self {
            id: order.id.to_string(),
            order,
            status: Status::Placed,
            backordered: BTreeSet::new(),
            released: false,
        }
    }

    /// Ends the order one way, unless it has ended.
    fn end(&mut self, as_status: Status) {
        if self.status == Status::Placed {
            self.status = as_status;
        }
    }
}

impl Entity for OrderRecord {
    const COLLECTION: &'static str = "orders";

    fn id(&self) -> &str {
        &self.id
    }
}

/// All orders.
#[derive(Clone, Debug)]
pub struct Orders(Collection<OrderRecord>);

impl Orders {
    /// The orders kept in these stores.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no collection store.
    pub fn of(stores: &Stores) -> Result<Self> {
        stores.collection().map(Self)
    }

    /// Notes a new order; one that is known stays as it is.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn place(&self, order: Order) -> Result<()> {
        match self.0.insert(&OrderRecord::new(order)).await {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// How the order stands.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if it was never placed.
    pub async fn get(&self, order: OrderId) -> Result<OrderRecord> {
        let found = self.0.require(&order.to_string()).await?;
        Ok(found.entity)
    }

    /// Cancels the order unless it has ended, and says how it stands then.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn cancel(&self, order: OrderId, reason: CancelReason) -> Result<OrderRecord> {
        self.change(order, |record| record.end(Status::Cancelled(reason)))
            .await
    }

    /// Decides that the order is shipped unless it has ended, and says how it stands then.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn ship(&self, order: OrderId) -> Result<OrderRecord> {
        self.change(order, |record| record.end(Status::Shipped))
            .await
    }

    /// Notes that the order had to wait for these products.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn mark_backordered(&self, order: OrderId, products: &[ProductId]) -> Result<()> {
        let mark = |record: &mut OrderRecord| record.backordered.extend(products);
        self.change(order, mark).await.map(drop)
    }

    /// Notes that the goods of the order were put back.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn mark_released(&self, order: OrderId) -> Result<()> {
        self.change(order, |record| record.released = true)
            .await
            .map(drop)
    }

    /// A page of the orders, in the sequence in which they were placed.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn page(&self, page: &PageRequest) -> Result<Page<OrderRecord>> {
        let page = self.0.range(&Range::All, page).await?;
        Ok(page.map(|found| found.entity))
    }

    /// A page of the orders from the first to the last of these.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn between(
        &self,
        first: OrderId,
        last: OrderId,
        page: &PageRequest,
    ) -> Result<Page<OrderRecord>> {
        // The end of a range is not in it; nothing sorts between an id and itself with a zero.
        let range = Range::Between(first.to_string(), format!("{last}\0"));
        let page = self.0.range(&range, page).await?;
        Ok(page.map(|found| found.entity))
    }

    async fn change(
        &self,
        order: OrderId,
        change: impl FnMut(&mut OrderRecord) + Send,
    ) -> Result<OrderRecord> {
        let changed = self.0.update(&order.to_string(), change).await?;
        Ok(changed.entity)
    }
}

impl Service for Orders {
    fn resolve(services: &Services) -> Result<Self> {
        Self::of(services.stores())
    }
}
