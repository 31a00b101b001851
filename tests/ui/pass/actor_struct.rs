//! A struct is filled from the hive's services.

use beehive_core::prelude::*;

use std::sync::Arc;

trait PaymentGateway: Send + Sync {}

#[derive(Serialize, Deserialize, EventBody)]
struct OrderAccepted {
    order: String,
}

#[actor("OrderAccepted-Payment", emits(OrderAccepted, "PaymentFailed"))]
struct AuthorisePayment {
    stock: Counter,
    gateway: Arc<dyn PaymentGateway>,
}

#[async_trait]
impl ProcessorActor for AuthorisePayment {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        let _ = (&self.stock, &self.gateway);
        Ok(Vec::new())
    }
}

fn main() {
    assert_eq!(AuthorisePayment::descriptors().len(), 1);
}
