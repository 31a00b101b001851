//! The books of a ledger and what is written into them.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::domain::{Money, OrderId, ProductId};

/// One book of a ledger.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Book {
    /// What customers were charged.
    Charges,
    /// What went back to them.
    Refunds,
    /// What the carrier took.
    Shipments,
    /// What was mailed.
    Emails,
    /// What was bought from the supplier.
    Supplies,
}

impl Book {
    /// The book's name, also fit for the name of a table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Charges => "charges",
            Self::Refunds => "refunds",
            Self::Shipments => "shipments",
            Self::Emails => "emails",
            Self::Supplies => "supplies",
        }
    }
}

/// An entry that belongs into one certain book.
pub trait LedgerEntry: Serialize + DeserializeOwned + Send + Sync {
    /// That book.
    const BOOK: Book;
}

/// A customer was charged.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Charge {
    /// For which order.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
}

impl LedgerEntry for Charge {
    const BOOK: Book = Book::Charges;
}

/// A charge went back to the customer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Refund {
    /// For which order.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
}

impl LedgerEntry for Refund {
    const BOOK: Book = Book::Refunds;
}

/// The carrier took a parcel.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Shipment {
    /// Of which order.
    pub order: OrderId,
    /// The carrier's reference.
    pub reference: String,
}

impl LedgerEntry for Shipment {
    const BOOK: Book = Book::Shipments;
}

/// A customer was written to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Email {
    /// About which order.
    pub order: OrderId,
    /// What stood in the subject line.
    pub subject: String,
}

impl LedgerEntry for Email {
    const BOOK: Book = Book::Emails;
}

/// Goods were bought from the supplier.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Supply {
    /// Which product.
    pub product: ProductId,
    /// How many units will arrive.
    pub quantity: u32,
}

impl LedgerEntry for Supply {
    const BOOK: Book = Book::Supplies;
}
