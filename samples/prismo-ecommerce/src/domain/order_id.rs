//! The identity of an order.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Seed;

/// Names one order: the seed of the run that placed it, and its place in that run, from 1.
///
/// It reads `s1-0000042`. Identities sort like the orders were placed, as values and as text.
/// Carrying the seed, an identity alone tells any worker of any process what the outside systems
/// will say.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct OrderId {
    seed: Seed,
    place: u32,
}

impl OrderId {
    /// The largest number of orders whose identities still sort as text like they were placed.
    pub const PLACES_MAX: u32 = 9_999_999;

    /// The identity of the order at `place` of the run with this seed.
    pub const fn new(seed: Seed, place: u32) -> Self {
        Self { seed, place }
    }

    /// The seed of the run that placed the order.
    pub const fn seed(self) -> Seed {
        self.seed
    }

    /// The order's place in its run, from 1.
    pub const fn place(self) -> u32 {
        self.place
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}-{:07}", self.seed, self.place)
    }
}

impl From<OrderId> for String {
    fn from(id: OrderId) -> Self {
        id.to_string()
    }
}

impl FromStr for OrderId {
    type Err = ParseOrderIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (seed, place) = text.strip_prefix('s')?.split_once('-')?;
            let id = Self::new(seed.parse().ok()?, place.parse().ok()?);
            (id.to_string() == text).then_some(id)
        };
        parse().ok_or_else(|| ParseOrderIdError(text.to_owned()))
    }
}

impl TryFrom<String> for OrderId {
    type Error = ParseOrderIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Says that a text names no order.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not an order id; one reads like `s1-0000042`")]
pub struct ParseOrderIdError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_json() {
        let id = OrderId::new(Seed::new(7), 42);
        assert_eq!(id.to_string(), "s7-0000042");
        assert_eq!("s7-0000042".parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"s7-0000042\"");
        assert_eq!(serde_json::from_str::<OrderId>(&json).unwrap(), id);
    }

    #[test]
    fn an_id_has_one_spelling_only() {
        for text in [
            "",
            "s7",
            "7-0000042",
            "s7-42",
            "s07-0000042",
            "s7-+000042",
            "s7-0000042 ",
        ] {
            assert!(
                text.parse::<OrderId>().is_err(),
                "{text:?} was taken for an order id"
            );
        }
    }
}
