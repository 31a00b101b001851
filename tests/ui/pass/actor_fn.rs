//! A function is an actor, and is still a function.

use beehive_core::prelude::*;

#[derive(Serialize, Deserialize, EventBody)]
struct OrderAccepted {
    order: String,
}

/// Takes services by reference and by value, and the event beside its body.
#[actor("OrderAccepted-Payment", emits("PaymentAuthorised"))]
async fn authorise(
    accepted: OrderAccepted,
    stock: &Counter,
    other: Counter,
    event: Event,
) -> Result<Vec<Event>, ActorError> {
    let _ = (accepted.order, stock, other);
    Ok(vec![event])
}

/// Has an error of its own, and answers with nothing.
#[actor("OrderAccepted-Audit")]
async fn audit(OrderAccepted { order }: OrderAccepted) -> Result<(), std::io::Error> {
    drop(order);
    Ok(())
}

/// Looks at the event itself.
#[actor("OrderAccepted-Tracing")]
async fn trace(event: &Event) -> Result<Option<Event>, ActorError> {
    Ok(Some(event.clone()))
}

fn main() {
    assert_eq!(authorise::descriptors().len(), 1);
    drop(audit(OrderAccepted {
        order: String::new(),
    }));
    drop(trace::descriptors());
}
