//! Buying goods.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{Ledger, LedgerExt, OutsideError, Supply};
use crate::domain::ProductId;

/// Sells goods to the shop.
#[async_trait]
pub trait Supplier: fmt::Debug + Send + Sync + 'static {
    /// Buys at least `quantity` units; under the same key, once.
    async fn order(
        &self,
        key: &str,
        product: ProductId,
        quantity: u32,
    ) -> Result<Promise, OutsideError>;
}

/// Fails to compile when the trait is no longer object safe.
const _: fn(&dyn Supplier) = |_| ();

/// What a supplier promises to deliver.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Promise {
    /// How many units will arrive.
    pub quantity: u32,
    /// How long it takes.
    pub delay: Duration,
}

/// A supplier that never runs out, and sells whole packs only.
#[derive(Clone, Debug)]
pub struct SimulatedSupplier {
    ledger: Arc<dyn Ledger>,
    delay: Duration,
}

impl SimulatedSupplier {
    /// The units in a pack. More than an order takes, so that a delivery also serves whoever comes
    /// next.
    pub const PACK: u32 = 6;

    /// A supplier that delivers after this time, and writes what it sold into this ledger.
    pub fn new(ledger: Arc<dyn Ledger>, delay: Duration) -> Self {
        Self { ledger, delay }
    }
}

#[async_trait]
impl Supplier for SimulatedSupplier {
    async fn order(
        &self,
        key: &str,
        product: ProductId,
        quantity: u32,
    ) -> Result<Promise, OutsideError> {
        let quantity = quantity.div_ceil(Self::PACK).saturating_mul(Self::PACK);
        let supply = self
            .ledger
            .record(key, &Supply { product, quantity })
            .await?;
        Ok(Promise {
            quantity: supply.quantity,
            delay: self.delay,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::MemoryLedger;

    const DELAY: Duration = Duration::from_secs(3);

    #[tokio::test]
    async fn packs_are_whole_and_bought_once_per_key() {
        let ledger = Arc::new(MemoryLedger::new());
        let supplier = SimulatedSupplier::new(Arc::<MemoryLedger>::clone(&ledger), DELAY);
        let product = ProductId::new(7);
        for (key, wanted, quantity) in [("key", 7, 12), ("key", 7, 12), ("another key", 6, 6)] {
            assert_eq!(
                supplier.order(key, product, wanted).await.unwrap(),
                Promise {
                    quantity,
                    delay: DELAY
                }
            );
        }
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
