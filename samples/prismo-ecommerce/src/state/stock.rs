//! The units of each product on the shelf.

use beehive_core::{
    Result,
    actor::{Service, Services},
    prelude::*,
};

use crate::domain::{OrderId, ProductId, Shortage};

/// What became of the wish to take units.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Taking {
    /// They were taken now.
    Now,
    /// They were taken before, by this run of an actor or another.
    Before,
    /// There are too few.
    TooFew,
}

/// The shelf. Every movement happens once, however often it is asked for.
#[derive(Clone, Debug)]
pub struct Stock(Counter);

impl Stock {
    /// The shelf kept in these stores.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no counter store.
    pub fn of(stores: &Stores) -> Result<Self> {
        stores.counter().map(Self)
    }

    /// Puts the units there that the shop opens with.
    ///
    /// # Errors
    /// Those of the store; so for all movements.
    pub async fn open(&self, product: ProductId, units: u32) -> Result<()> {
        let open = movement(units.into(), "initial");
        self.0.change(&shelf(product), &open).await.map(drop)
    }

    /// Takes the units an order wants, if there are as many.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn take(&self, order: OrderId, product: ProductId, units: u32) -> Result<Taking> {
        let take = movement(-i64::from(units), &format!("take/{order}")).with_floor(0);
        Ok(match self.0.change(&shelf(product), &take).await? {
            CounterOutcome::Applied(_) => Taking::Now,
            CounterOutcome::AlreadyApplied(_) => Taking::Before,
            _ => Taking::TooFew,
        })
    }

    /// Puts back what the order took; if it took nothing, sees to it that it never will.
    ///
    /// Takes the units first, even where there are too few: a [`take`](Self::take) that comes later,
    /// from a worker that was thought dead, then moves nothing. Until the second step the shelf may
    /// count less than none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn put_back(&self, order: OrderId, product: ProductId, units: u32) -> Result<()> {
        let (shelf, units) = (shelf(product), i64::from(units));
        let take = movement(-units, &format!("take/{order}"));
        let put_back = movement(units, &format!("return/{order}"));
        self.0.change(&shelf, &take).await?;
        self.0.change(&shelf, &put_back).await.map(drop)
    }

    /// Puts a delivery of the supplier there.
    ///
    /// It is counted as received only when it is on the shelf: as long as the supplier's books and
    /// that count differ, goods are on their way.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn receive(&self, shortage: Shortage, units: u32) -> Result<()> {
        let receive = movement(units.into(), &format!("receive/{shortage}"));
        self.0.change(&shelf(shortage.product), &receive).await?;
        let count = received_count(shortage.product);
        self.0.change(&count, &receive).await.map(drop)
    }

    /// The units on the shelf.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn on_shelf(&self, product: ProductId) -> Result<i64> {
        self.0.value(&shelf(product)).await
    }

    /// The units that came from the supplier.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn received(&self, product: ProductId) -> Result<i64> {
        self.0.value(&received_count(product)).await
    }
}

impl Service for Stock {
    fn resolve(services: &Services) -> Result<Self> {
        Self::of(services.stores())
    }
}

fn movement(units: i64, operation: &str) -> Change {
    Change::add(units).once(OperationId::new(operation))
}

fn shelf(product: ProductId) -> String {
    format!("stock/{product}")
}

fn received_count(product: ProductId) -> String {
    format!("replenished/{product}")
}
