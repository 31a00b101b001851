//! What the events hold.

use serde::{Deserialize, Serialize};

use crate::Result;

/// An order whose JSON is as long as it is asked to be.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Counts the orders from zero.
    pub(crate) number: u64,
    /// How often it was processed.
    pub(crate) hops: u64,
    customer: String,
    items: Vec<Item>,
    total: u64,
    note: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Item {
    product: String,
    quantity: u32,
    price: u32,
}

impl Order {
    /// The order of this number, in about so many bytes of JSON.
    pub(crate) fn new(number: u64, length: usize) -> Result<Self> {
        let mut order = Self {
            number,
            hops: 0,
            customer: "Melissa Apis, 1758 Uppsala".into(),
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
            note: String::new(),
        };
        let rest = length.saturating_sub(order.json()?.len());
        order.note = "Leave it with the bees. "
            .chars()
            .cycle()
            .take(rest)
            .collect();
        Ok(order)
    }

    /// What a step of the process makes of it.
    pub(crate) fn processed(mut self) -> Self {
        self.hops += 1;
        self
    }

    pub(crate) fn json(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }
}
