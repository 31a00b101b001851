//! Tracing: one line per event.

use beehive_core::prelude::*;

/// Writes a line for every event there is. It reads every topic by subscriptions of its own, and
/// nobody who announces or consumes these events knows of it.
///
/// # Errors
/// None.
#[actor("OrderAccepted-Tracing")]
#[actor("PaymentAuthorised-Tracing")]
#[actor("PaymentFailed-Tracing")]
#[actor("FraudCheckPassed-Tracing")]
#[actor("FraudCheckFailed-Tracing")]
#[actor("OrderCancelled-Tracing")]
#[actor("PaymentRefunded-Tracing")]
#[actor("ItemReserved-Tracing")]
#[actor("ItemParked-Tracing")]
#[actor("ProductOutOfStock-Tracing")]
#[actor("ProductArrivedBackInStock-Tracing")]
#[actor("OrderInventoryCheckCompleted-Tracing")]
#[actor("OrderShipped-Tracing")]
#[actor("ConfirmationEmailSent-Tracing")]
pub async fn trace_events(event: &Event) -> Result<(), ActorError> {
    // The bodies of these events name things and say no more, so they may be shown.
    ::tracing::info!(
        id = %event.id(),
        process = %event.correlation_id(),
        "{} {}",
        event.event_type(),
        String::from_utf8_lossy(event.data()),
    );
    Ok(())
}
