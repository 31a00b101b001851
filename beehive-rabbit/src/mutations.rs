//! Safeguards that tests can take out, to show that this is noticed (feature `mutations`).

/// A safeguard that is taken out by
/// [`RabbitConfig::with_mutation`](crate::RabbitConfig::with_mutation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mutation {
    /// Messages are not mandatory: the broker throws away what it has no queue for, and confirms it.
    MandatoryOff,
}
