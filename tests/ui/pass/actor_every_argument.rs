//! All arguments together.

use beehive_core::prelude::*;

#[actor(
    "OrderAccepted-Payment",
    name = "payment",
    parallelism = 8,
    lease = "30s",
    timeout = "1500ms",
    retry(immediate = 2, delayed = 5, base = "1s", max = "1h"),
    emits("PaymentAuthorised"),
    ordered
)]
struct AuthorisePayment;

#[async_trait]
impl ProcessorActor for AuthorisePayment {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

fn main() {}
