//! What is known of every product.

use std::collections::BTreeMap;

use super::Inspector;
use crate::{
    audit::ProductStock,
    domain::{Catalogue, ProductId},
    error::Error,
    outside::{LedgerExt, Supply},
};

impl Inspector {
    /// The figures of every product of the catalogue, and whether they are at rest: nothing that was
    /// bought is still on its way.
    ///
    /// A delivery is put on the shelf first and counted then, and both only after the supplier wrote
    /// it down. So figures read while one arrives are told apart: the count changed around the
    /// reading of the shelf, or it differs from what the supplier wrote.
    ///
    /// # Errors
    /// When something cannot be read.
    pub async fn stock(&self, catalogue: &Catalogue) -> Result<(Vec<ProductStock>, bool), Error> {
        let (mut figures, mut are_at_rest) = (Vec::new(), true);
        for product in catalogue.products() {
            let before = self.stock.received(product.id).await?;
            let remaining = self.stock.on_shelf(product.id).await?;
            let replenished = self.stock.received(product.id).await?;
            are_at_rest &= before == replenished;
            figures.push(ProductStock {
                product: product.id,
                initial: product.initial_stock.into(),
                replenished,
                remaining,
            });
        }
        let bought = self.bought().await?;
        let has_arrived = |figures: &ProductStock| {
            figures.replenished == bought.get(&figures.product).copied().unwrap_or(0)
        };
        are_at_rest &= figures.iter().all(has_arrived);
        Ok((figures, are_at_rest))
    }

    async fn bought(&self) -> Result<BTreeMap<ProductId, i64>, Error> {
        let mut bought = BTreeMap::new();
        for Supply { product, quantity } in self.ledger.entries().await? {
            *bought.entry(product).or_default() += i64::from(quantity);
        }
        Ok(bought)
    }
}
