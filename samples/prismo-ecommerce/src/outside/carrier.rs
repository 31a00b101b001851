//! Sending goods to the customers.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{Ledger, LedgerExt, OutsideError, Shipment};
use crate::domain::{Address, OrderId};

/// Takes parcels to customers.
#[async_trait]
pub trait Carrier: fmt::Debug + Send + Sync + 'static {
    /// Collects the parcel of an order, once however often it is asked. Answers the parcel's
    /// reference.
    async fn ship(&self, order: OrderId, to: &Address) -> Result<String, OutsideError>;
}

/// Fails to compile when the trait is no longer object safe.
const _: fn(&dyn Carrier) = |_| ();

/// A carrier that goes nowhere.
#[derive(Clone, Debug)]
pub struct SimulatedCarrier {
    ledger: Arc<dyn Ledger>,
}

impl SimulatedCarrier {
    /// A carrier that writes its parcels into this ledger.
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger }
    }
}

#[async_trait]
impl Carrier for SimulatedCarrier {
    async fn ship(&self, order: OrderId, to: &Address) -> Result<String, OutsideError> {
        let reference = format!("parcel-{order}-{}", to.postcode);
        let shipment = self
            .ledger
            .record(&order.to_string(), &Shipment { order, reference })
            .await?;
        Ok(shipment.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Seed, outside::MemoryLedger};

    #[tokio::test]
    async fn a_parcel_is_collected_once() {
        let ledger = Arc::new(MemoryLedger::new());
        let carrier = SimulatedCarrier::new(Arc::<MemoryLedger>::clone(&ledger));
        let order = OrderId::new(Seed::new(1), 42);
        let to = Address {
            street: "Hive Lane 1".into(),
            postcode: "01234".into(),
            city: "Ghent".into(),
        };
        for _ in 0..2 {
            assert_eq!(
                carrier.ship(order, &to).await.unwrap(),
                "parcel-s1-0000042-01234"
            );
        }
        assert_eq!(ledger.entries::<Shipment>().await.unwrap().len(), 1);
    }
}
