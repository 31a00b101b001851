//! Taking the customers' money.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{Charge, Ledger, LedgerExt, OutsideError, Refund};
use crate::{
    domain::{Money, OrderId},
    verdict::{self, PaymentVerdict},
};

/// Charges customers and pays them back.
#[async_trait]
pub trait PaymentGateway: fmt::Debug + Send + Sync + 'static {
    /// Charges the customer for an order; under the same key, at most once.
    async fn charge(
        &self,
        key: &str,
        order: OrderId,
        amount: Money,
    ) -> Result<PaymentVerdict, OutsideError>;

    /// Pays back, at most once, what was charged under the key: the amount, or nothing if nothing
    /// was charged.
    async fn refund(&self, key: &str) -> Result<Option<Money>, OutsideError>;
}

/// Fails to compile when the trait is no longer object safe.
const _: fn(&dyn PaymentGateway) = |_| ();

/// A gateway that moves no money.
#[derive(Clone, Debug)]
pub struct SimulatedPaymentGateway {
    ledger: Arc<dyn Ledger>,
}

impl SimulatedPaymentGateway {
    /// A gateway that writes its charges and refunds into this ledger.
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger }
    }
}

#[async_trait]
impl PaymentGateway for SimulatedPaymentGateway {
    async fn charge(
        &self,
        key: &str,
        order: OrderId,
        amount: Money,
    ) -> Result<PaymentVerdict, OutsideError> {
        let verdict = verdict::payment(order);
        if verdict == PaymentVerdict::Authorised {
            self.ledger.record(key, &Charge { order, amount }).await?;
        }
        Ok(verdict)
    }

    async fn refund(&self, key: &str) -> Result<Option<Money>, OutsideError> {
        let Some(Charge { order, amount }) = self.ledger.find(key).await? else {
            return Ok(None);
        };
        let refund = self.ledger.record(key, &Refund { order, amount }).await?;
        Ok(Some(refund.amount))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Seed, outside::MemoryLedger};

    const AMOUNT: Money = Money::from_minor_units(1_995);

    fn order_with(verdict: PaymentVerdict) -> OrderId {
        let mut orders = (1..).map(|place| OrderId::new(Seed::new(1), place));
        orders
            .find(|&order| verdict::payment(order) == verdict)
            .unwrap()
    }

    #[tokio::test]
    async fn a_repeated_request_charges_and_refunds_once() {
        let ledger = Arc::new(MemoryLedger::new());
        let gateway = SimulatedPaymentGateway::new(Arc::<MemoryLedger>::clone(&ledger));
        let order = order_with(PaymentVerdict::Authorised);
        for _ in 0..2 {
            assert_eq!(
                gateway.charge("key", order, AMOUNT).await.unwrap(),
                PaymentVerdict::Authorised
            );
        }
        for _ in 0..2 {
            assert_eq!(gateway.refund("key").await.unwrap(), Some(AMOUNT));
        }
        assert_eq!(
            ledger.entries::<Charge>().await.unwrap(),
            [Charge {
                order,
                amount: AMOUNT
            }]
        );
        assert_eq!(
            ledger.entries::<Refund>().await.unwrap(),
            [Refund {
                order,
                amount: AMOUNT
            }]
        );
    }

    #[tokio::test]
    async fn a_request_under_another_key_is_another_charge() {
        let ledger = Arc::new(MemoryLedger::new());
        let gateway = SimulatedPaymentGateway::new(Arc::<MemoryLedger>::clone(&ledger));
        let order = order_with(PaymentVerdict::Authorised);
        gateway.charge("one key", order, AMOUNT).await.unwrap();
        gateway.charge("another key", order, AMOUNT).await.unwrap();
        assert_eq!(ledger.entries::<Charge>().await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_declined_payment_is_neither_charged_nor_refunded() {
        let ledger = Arc::new(MemoryLedger::new());
        let gateway = SimulatedPaymentGateway::new(Arc::<MemoryLedger>::clone(&ledger));
        let order = order_with(PaymentVerdict::Declined);
        assert_eq!(
            gateway.charge("key", order, AMOUNT).await.unwrap(),
            PaymentVerdict::Declined
        );
        assert_eq!(gateway.refund("key").await.unwrap(), None);
        assert_eq!(ledger.entries::<Charge>().await.unwrap(), []);
        assert_eq!(ledger.entries::<Refund>().await.unwrap(), []);
    }
}
