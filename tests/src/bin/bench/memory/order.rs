//! The event that all measurements use.

use beehive_core::Event;
use serde::{Deserialize, Serialize};

use crate::Result;

/// An order of about 200 bytes as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// Counts the orders from zero.
    pub(super) number: u64,
    customer: String,
    address: String,
    items: Vec<Item>,
    total: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Item {
    product: String,
    quantity: u32,
    price: u32,
}

impl Order {
    /// The order of this number.
    pub(super) fn new(number: u64) -> Self {
        Self {
            number,
            customer: "Melissa Apis, 1758 Uppsala".into(),
            address: "12 Clover Meadow, Beeston NG9 1AA".into(),
            items: vec![
                Item {
                    product: "smoker".into(),
                    quantity: 1,
                    price: 3_900,
                },
                Item {
                    product: "frame".into(),
                    quantity: 20,
                    price: 145,
                },
            ],
            total: 6_800,
        }
    }

    /// As an event of this type.
    pub(super) fn event(&self, event_type: &str) -> Result<Event> {
        Ok(Event::json(event_type, self)?)
    }
}
