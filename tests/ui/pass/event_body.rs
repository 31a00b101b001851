//! Bodies name their event type and their subject.

use beehive_core::prelude::*;

#[derive(Serialize, Deserialize, EventBody)]
struct OrderAccepted {
    order: String,
}

#[derive(Serialize, Deserialize, EventBody)]
#[event(type = "OrderCancelled", subject = 0)]
struct Cancelled(u64);

#[derive(Serialize, Deserialize, EventBody)]
#[event(subject = order)]
enum PaymentSettled {
    Authorised { order: String, amount: u64 },
    Failed { order: String },
}

fn main() {
    assert_eq!(OrderAccepted::TYPE, "OrderAccepted");
    assert_eq!(
        OrderAccepted {
            order: "4711".into()
        }
        .subject(),
        None
    );
    assert_eq!(Cancelled::TYPE, "OrderCancelled");
    assert_eq!(Cancelled(4711).subject().as_deref(), Some("4711"));
    let authorised = PaymentSettled::Authorised {
        order: "1".into(),
        amount: 2,
    };
    assert_eq!(authorised.subject().as_deref(), Some("1"));
    let failed = PaymentSettled::Failed { order: "3".into() };
    assert_eq!(failed.subject().as_deref(), Some("3"));
}
