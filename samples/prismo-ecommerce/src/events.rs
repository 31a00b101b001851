//! What happens in the shop, one struct per event.
//!
//! Bodies are small: they name things, and whoever needs more looks it up. An event is a fact about
//! the things it names, so hearing it twice tells nothing new; no step may do twice what it does on
//! one.

use beehive_core::EventBody;
use serde::{Deserialize, Serialize};

use crate::domain::{CancelReason, Money, OrderId, ProductId, Shortage};

/// A customer placed an order.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct OrderAccepted {
    /// The order.
    pub order: OrderId,
}

/// The customer was charged.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct PaymentAuthorised {
    /// The order.
    pub order: OrderId,
}

/// The customer could not be charged.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct PaymentFailed {
    /// The order.
    pub order: OrderId,
}

/// Nothing is wrong with the payment.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct FraudCheckPassed {
    /// The order.
    pub order: OrderId,
}

/// The payment is a fraud.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct FraudCheckFailed {
    /// The order.
    pub order: OrderId,
}

/// The order was given up.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct OrderCancelled {
    /// The order.
    pub order: OrderId,
    /// Why.
    pub reason: CancelReason,
}

/// What was charged for a cancelled order went back to the customer.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct PaymentRefunded {
    /// The order.
    pub order: OrderId,
    /// How much went back.
    pub amount: Money,
}

/// The units an order wants of a product are set aside for it.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct ItemReserved {
    /// The order.
    pub order: OrderId,
    /// The product.
    pub product: ProductId,
}

/// An order waits for a product to come back in stock.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct ItemParked {
    /// The order.
    pub order: OrderId,
    /// The product.
    pub product: ProductId,
}

/// Too few units of a product are left for an order.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = shortage)]
pub struct ProductOutOfStock {
    /// Which item is short, and for which time.
    pub shortage: Shortage,
    /// The units the item needs.
    pub quantity: u32,
}

/// Units of a product can be had again.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = product)]
pub struct ProductArrivedBackInStock {
    /// The product.
    pub product: ProductId,
    /// What the supplier delivered; nothing when the units came from a cancelled order.
    pub delivery: Option<Delivery>,
}

/// Goods from the supplier.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Delivery {
    /// The shortage they were bought for.
    pub shortage: Shortage,
    /// The units delivered: at least what was short.
    pub quantity: u32,
}

/// Every item of the order is reserved.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct OrderInventoryCheckCompleted {
    /// The order.
    pub order: OrderId,
}

/// The order was handed to the carrier.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct OrderShipped {
    /// The order.
    pub order: OrderId,
    /// The carrier's reference of the parcel.
    pub shipment: String,
    /// Where the invoice is found.
    pub invoice_url: String,
}

/// The customer was told that the order is on its way.
#[derive(Clone, Debug, Deserialize, Eq, EventBody, PartialEq, Serialize)]
#[event(subject = order)]
pub struct ConfirmationEmailSent {
    /// The order.
    pub order: OrderId,
}
