//! Where an order stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The state of an order. It leaves [`Placed`](Self::Placed) once, and no other state ever.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted, and on its way.
    #[default]
    Placed,
    /// Handed to the carrier.
    Shipped,
    /// Given up.
    Cancelled(CancelReason),
}

/// Why an order was given up.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The payment was declined.
    PaymentFailed,
    /// The payment went through, and was judged a fraud.
    Fraud,
}

impl fmt::Display for Status {
    /// One word: `placed`, `shipped` or `cancelled`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Placed => "placed",
            Self::Shipped => "shipped",
            Self::Cancelled(_) => "cancelled",
        })
    }
}

impl fmt::Display for CancelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PaymentFailed => "payment failed",
            Self::Fraud => "fraud",
        })
    }
}
