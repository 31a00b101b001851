//! One actor reads several queues.

use beehive_core::prelude::*;

#[actor("PaymentFailed-CancelOrder")]
#[actor("FraudCheckFailed-CancelOrder", parallelism = 2)]
struct CancelOrder;

#[async_trait]
impl ProcessorActor for CancelOrder {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

#[beehive_core::actor("PaymentFailed-Audit")]
#[beehive_core::actor("FraudCheckFailed-Audit")]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {
    assert_eq!(CancelOrder::descriptors().len(), 2);
    assert_eq!(audit::descriptors().len(), 2);
}
