//! Amounts of money.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Mul},
};

use serde::{Deserialize, Serialize};

/// An amount in euro cents: whole minor units, so that sums are exact.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(transparent)]
pub struct Money(u64);

impl Money {
    /// So many cents.
    pub const fn from_minor_units(cents: u64) -> Self {
        Self(cents)
    }

    /// The amount in cents.
    pub const fn minor_units(self) -> u64 {
        self.0
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Mul<u32> for Money {
    type Output = Self;

    fn mul(self, quantity: u32) -> Self {
        Self(self.0 * u64::from(quantity))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02} EUR", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_shown_with_two_digits() {
        assert_eq!(Money::from_minor_units(1_205).to_string(), "12.05 EUR");
    }
}
