//! Amounts of money.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Mul},
    str::FromStr,
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

impl FromStr for Money {
    type Err = ParseMoneyError;

    /// Reads what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (whole, cents) = text.strip_suffix(" EUR")?.split_once('.')?;
            let whole: u64 = whole.parse().ok()?;
            let cents: u64 = cents.parse().ok()?;
            let money = Self(whole.checked_mul(100)?.checked_add(cents)?);
            (money.to_string() == text).then_some(money)
        };
        parse().ok_or_else(|| ParseMoneyError(text.to_owned()))
    }
}

/// Says that a text is no amount of money.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not an amount; one reads like `12.05 EUR`")]
pub struct ParseMoneyError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_survives_text_and_has_one_spelling() {
        let money = Money::from_minor_units(1_205);
        assert_eq!(money.to_string().parse(), Ok(money));
        for text in [
            "",
            "12.05",
            "12.5 EUR",
            "12.105 EUR",
            "-1.00 EUR",
            "012.05 EUR",
        ] {
            assert!(
                text.parse::<Money>().is_err(),
                "{text:?} was taken for money"
            );
        }
    }

    #[test]
    fn cents_are_shown_with_two_digits() {
        assert_eq!(Money::from_minor_units(1_205).to_string(), "12.05 EUR");
    }
}
