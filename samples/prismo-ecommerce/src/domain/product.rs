//! What the shop sells.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Money;

/// Names one product: its number in the catalogue, from 1, and its rank among the best sellers.
///
/// It reads `product-0007`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct ProductId(u32);

impl ProductId {
    /// The product with this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number in the catalogue, from 1.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "product-{:04}", self.0)
    }
}

impl From<ProductId> for String {
    fn from(id: ProductId) -> Self {
        id.to_string()
    }
}

impl FromStr for ProductId {
    type Err = ParseProductIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let id = Self(text.strip_prefix("product-")?.parse().ok()?);
            (id.to_string() == text).then_some(id)
        };
        parse().ok_or_else(|| ParseProductIdError(text.to_owned()))
    }
}

impl TryFrom<String> for ProductId {
    type Error = ParseProductIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Says that a text names no product.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not a product id; one reads like `product-0007`")]
pub struct ParseProductIdError(String);

/// A product as the catalogue shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Product {
    /// Its identity.
    pub id: ProductId,
    /// What one unit costs, in any order.
    pub unit_price: Money,
    /// How many units lie on the shelf before the first order.
    pub initial_stock: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_has_one_spelling() {
        assert_eq!("product-0007".parse(), Ok(ProductId::new(7)));
        assert_eq!(
            ProductId::new(12_345).to_string().parse(),
            Ok(ProductId::new(12_345))
        );
        for text in ["", "product-7", "product-00007", "7", "product--001"] {
            assert!(
                text.parse::<ProductId>().is_err(),
                "{text:?} was taken for a product id"
            );
        }
    }
}
