//! Who orders, how they pay and where they live.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Someone who orders.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Customer {
    /// First and last name.
    pub name: String,
    /// Where the confirmation goes.
    pub email: String,
}

/// Where an order is shipped to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Address {
    /// Street and house number.
    pub street: String,
    /// Postal code, as written on a parcel.
    pub postcode: String,
    /// Town.
    pub city: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} {}", self.street, self.postcode, self.city)
    }
}

/// How an order is paid.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentMethod {
    /// A credit or debit card.
    Card,
    /// Direct debit from a bank account.
    DirectDebit,
    /// A wallet on the customer's phone.
    Wallet,
}
