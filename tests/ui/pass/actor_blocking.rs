//! What blocks is moved where it may.

use beehive_core::prelude::*;

#[derive(Serialize, Deserialize, EventBody)]
struct OrderAccepted {
    order: String,
}

#[actor("OrderAccepted-Invoice", blocking)]
fn print_invoice(accepted: OrderAccepted, stock: &Counter) -> Result<Option<Event>, ActorError> {
    let _ = (accepted.order, stock);
    Ok(None)
}

#[actor("OrderAccepted-Archive", blocking)]
struct Archive {
    stock: Counter,
}

impl BlockingActor for Archive {
    fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        let _ = &self.stock;
        Ok(Vec::new())
    }
}

fn main() {}
