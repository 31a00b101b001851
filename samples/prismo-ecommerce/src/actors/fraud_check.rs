//! The fraud check: judges payments.

use std::sync::Arc;

use beehive_core::prelude::*;

use crate::{
    events::{FraudCheckFailed, FraudCheckPassed, PaymentAuthorised},
    outside::FraudChecker,
    verdict::FraudVerdict,
};

/// Has the payment of an order judged.
///
/// # Errors
/// When the checker does not answer.
#[actor(
    "PaymentAuthorised-FraudCheck",
    emits(FraudCheckPassed, FraudCheckFailed)
)]
pub async fn check_fraud(
    PaymentAuthorised { order }: PaymentAuthorised,
    checker: &Arc<dyn FraudChecker>,
) -> Result<Event, ActorError> {
    Ok(match checker.judge(order).await? {
        FraudVerdict::Passed => Event::of(&FraudCheckPassed { order })?,
        FraudVerdict::Failed => Event::of(&FraudCheckFailed { order })?,
    })
}
