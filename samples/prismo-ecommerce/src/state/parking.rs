//! The orders that wait for a product.

use beehive_core::{
    Result,
    actor::{Service, Services},
    prelude::*,
};

use crate::domain::{OrderId, ProductId};

const LIST: &str = "parked";

/// Who waits for what, first come first served: identities sort like the orders were placed.
#[derive(Clone, Debug)]
pub struct Parking(KeyList);

impl Parking {
    /// The parking kept in these stores.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no key-list store.
    pub fn of(stores: &Stores) -> Result<Self> {
        stores.key_list().map(Self)
    }

    /// Lets an order wait for a product.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn enter(&self, product: ProductId, order: OrderId) -> Result<()> {
        let (key, item) = (product.to_string(), order.to_string());
        self.0.add(LIST, &key, &item).await.map(drop)
    }

    /// Lets it wait no more; nothing if it does not.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn leave(&self, product: ProductId, order: OrderId) -> Result<()> {
        let (key, item) = (product.to_string(), order.to_string());
        self.0.remove(LIST, &key, &item).await
    }

    /// Whether the order waits for the product.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn contains(&self, product: ProductId, order: OrderId) -> Result<bool> {
        let (key, item) = (product.to_string(), order.to_string());
        self.0.contains(LIST, &key, &item).await
    }

    /// A page of the orders that wait for the product.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if something else stands in the list.
    pub async fn waiting(&self, product: ProductId, page: &PageRequest) -> Result<Page<OrderId>> {
        let page = self.0.items(LIST, &product.to_string(), page).await?;
        let orders = page.items.iter().map(|item| item.parse());
        Ok(Page {
            items: orders.collect::<Result<_, _>>().map_err(|error| {
                beehive_core::Error::new(ErrorKind::Invalid, "what is parked is not an order")
                    .with_context("product", product)
                    .with_source(error)
            })?,
            next: page.next,
        })
    }
}

impl Service for Parking {
    fn resolve(services: &Services) -> Result<Self> {
        Self::of(services.stores())
    }
}
