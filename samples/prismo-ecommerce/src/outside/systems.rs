//! The outside systems, together.

use std::{sync::Arc, time::Duration};

use super::{
    Carrier, FraudChecker, Ledger, Mailer, PaymentGateway, SimulatedCarrier, SimulatedFraudChecker,
    SimulatedMailer, SimulatedPaymentGateway, SimulatedSupplier, Supplier,
};

/// All systems the shop talks to.
#[derive(Clone, Debug)]
pub struct OutsideSystems {
    /// Who takes the customers' money.
    pub gateway: Arc<dyn PaymentGateway>,
    /// Who judges the payments.
    pub fraud_checker: Arc<dyn FraudChecker>,
    /// Who sells to the shop.
    pub supplier: Arc<dyn Supplier>,
    /// Who takes parcels to the customers.
    pub carrier: Arc<dyn Carrier>,
    /// Who writes to them.
    pub mailer: Arc<dyn Mailer>,
}

impl OutsideSystems {
    /// Stand-ins that write into this ledger; the supplier takes `replenish_delay` to deliver.
    pub fn simulated(ledger: &Arc<dyn Ledger>, replenish_delay: Duration) -> Self {
        let ledger = || Arc::clone(ledger);
        Self {
            gateway: Arc::new(SimulatedPaymentGateway::new(ledger())),
            fraud_checker: Arc::new(SimulatedFraudChecker),
            supplier: Arc::new(SimulatedSupplier::new(ledger(), replenish_delay)),
            carrier: Arc::new(SimulatedCarrier::new(ledger())),
            mailer: Arc::new(SimulatedMailer::new(ledger())),
        }
    }
}
