//! Buying goods.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{Ledger, LedgerExt, OutsideError, Supply};
use crate::domain::ProductId;

/// Sells goods to the shop.
#[async_trait]
pub trait Supplier: fmt::Debug + Send + Sync + 'static {
    /// Buys at least `quantity` units; under the same key, once. Answers how many units will
    /// arrive.
    async fn order(
        &self,
        key: &str,
        product: ProductId,
        quantity: u32,
    ) -> Result<u32, OutsideError>;
}

/// Fails to compile when the trait is no longer object safe.
const _: fn(&dyn Supplier) = |_| ();

/// A supplier that never runs out, and sells whole packs only.
#[derive(Clone, Debug)]
pub struct SimulatedSupplier {
    ledger: Arc<dyn Ledger>,
}

impl SimulatedSupplier {
    /// The units in a pack. More than an order takes, so that a delivery also serves whoever comes
    /// next.
    pub const PACK: u32 = 6;

    /// A supplier that writes what it sold into this ledger.
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger }
    }
}

#[async_trait]
impl Supplier for SimulatedSupplier {
    async fn order(
        &self,
        key: &str,
        product: ProductId,
        quantity: u32,
    ) -> Result<u32, OutsideError> {
        let quantity = quantity.div_ceil(Self::PACK).saturating_mul(Self::PACK);
        let supply = self
            .ledger
            .record(key, &Supply { product, quantity })
            .await?;
        Ok(supply.quantity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::MemoryLedger;

    #[tokio::test]
    async fn packs_are_whole_and_bought_once_per_key() {
        let ledger = Arc::new(MemoryLedger::new());
        let supplier = SimulatedSupplier::new(Arc::<MemoryLedger>::clone(&ledger));
        let product = ProductId::new(7);
        assert_eq!(supplier.order("key", product, 7).await.unwrap(), 12);
        assert_eq!(supplier.order("key", product, 7).await.unwrap(), 12);
        assert_eq!(supplier.order("another key", product, 6).await.unwrap(), 6);
        let bought = ledger.entries::<Supply>().await.unwrap();
        assert_eq!(
            bought,
            [
                Supply {
                    product,
                    quantity: 6
                },
                Supply {
                    product,
                    quantity: 12
                }
            ]
        );
    }
}
