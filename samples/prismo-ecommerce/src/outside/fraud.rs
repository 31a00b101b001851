//! Judging payments.

use std::fmt;

use async_trait::async_trait;

use super::OutsideError;
use crate::{
    domain::OrderId,
    verdict::{self, FraudVerdict},
};

/// Tells frauds from honest payments.
#[async_trait]
pub trait FraudChecker: fmt::Debug + Send + Sync + 'static {
    /// Judges the payment of an order, always the same way.
    async fn judge(&self, order: OrderId) -> Result<FraudVerdict, OutsideError>;
}

/// Fails to compile when the trait is no longer object safe.
const _: fn(&dyn FraudChecker) = |_| ();

/// A checker that judges by [`verdict::fraud`].
#[derive(Clone, Copy, Debug, Default)]
pub struct SimulatedFraudChecker;

#[async_trait]
impl FraudChecker for SimulatedFraudChecker {
    async fn judge(&self, order: OrderId) -> Result<FraudVerdict, OutsideError> {
        Ok(verdict::fraud(order))
    }
}
