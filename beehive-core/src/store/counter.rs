//! Counter: numbers that many change at once.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use smol_str::SmolStr;

use crate::error::Result;
use crate::event::EventId;
use crate::store::StoreCapabilities;

/// Names one change, so that it is applied once however often it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationId(SmolStr);

impl OperationId {
    /// An id that the same operation would choose again, such as `reserve/order-1/product-2`.
    pub fn new(id: impl AsRef<str>) -> Self {
        Self(SmolStr::new(id))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&EventId> for OperationId {
    fn from(id: &EventId) -> Self {
        Self(SmolStr::new(id.to_string()))
    }
}

/// A change of a counter.
///
/// ```
/// use beehive_core::store::{Change, OperationId};
///
/// let reserve = Change::add(-3)
///     .with_floor(0)
///     .once(OperationId::new("reserve/order-1/product-2"));
/// assert_eq!(reserve.delta(), -3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    delta: i64,
    floor: Option<i64>,
    operation: Option<OperationId>,
}

impl Change {
    /// Adds a number, which may be negative.
    #[must_use]
    pub fn add(delta: i64) -> Self {
        Self {
            delta,
            floor: None,
            operation: None,
        }
    }

    /// Applies only if the result is not below this.
    #[must_use]
    pub fn with_floor(mut self, floor: i64) -> Self {
        self.floor = Some(floor);
        self
    }

    /// Applies only once under this id. A change that the floor refused was not applied.
    #[must_use]
    pub fn once(mut self, operation: OperationId) -> Self {
        self.operation = Some(operation);
        self
    }

    /// The number to add.
    pub fn delta(&self) -> i64 {
        self.delta
    }

    /// The lowest result allowed.
    pub fn floor(&self) -> Option<i64> {
        self.floor
    }

    /// Under which id it is applied once.
    pub fn operation(&self) -> Option<&OperationId> {
        self.operation.as_ref()
    }
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CounterOutcome {
    /// It was applied now; this is the new value.
    Applied(i64),
    /// It was applied before, under the same operation id; this is the value now.
    AlreadyApplied(i64),
    /// The result would have been below the floor; this is the value, unchanged.
    BelowFloor(i64),
}

impl CounterOutcome {
    /// Whether the change is in the counter, from now or before.
    pub fn is_applied(self) -> bool {
        matches!(self, Self::Applied(_) | Self::AlreadyApplied(_))
    }

    /// The counter's value.
    pub fn value(self) -> i64 {
        match self {
            Self::Applied(value) | Self::AlreadyApplied(value) | Self::BelowFloor(value) => value,
        }
    }
}

/// The contract of a counter backend. A counter that was never changed is zero.
///
/// A change under an operation id is atomic with the note that it was applied. An id belongs to its
/// counter: on another counter it names another operation. Notes are kept for at least a day after
/// the change was applied, so what is tried again later than that may be applied again; a change
/// beyond the range of `i64` is [`ErrorKind::Limit`](crate::ErrorKind::Limit).
#[async_trait]
pub trait CounterStore: fmt::Debug + Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> &StoreCapabilities;

    /// Changes a counter.
    async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome>;

    /// The value, as the last ended change left it.
    async fn value(&self, key: &str) -> Result<i64>;
}

/// A handle on a counter store, for the field of an actor.
///
/// ```
/// use beehive_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let stock = Stores::memory().counter()?;
/// stock.add("product-2", 5).await?;
/// let reserve = Change::add(-3).with_floor(0).once(OperationId::new("order-1"));
/// assert_eq!(stock.change("product-2", &reserve).await?, CounterOutcome::Applied(2));
/// assert_eq!(stock.change("product-2", &reserve).await?, CounterOutcome::AlreadyApplied(2));
/// let too_many = Change::add(-3).with_floor(0);
/// assert_eq!(stock.change("product-2", &too_many).await?, CounterOutcome::BelowFloor(2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Counter {
    store: Arc<dyn CounterStore>,
}

impl Counter {
    /// A handle on this store.
    pub fn new(store: Arc<dyn CounterStore>) -> Self {
        Self { store }
    }

    /// The store itself.
    pub fn store(&self) -> &dyn CounterStore {
        &*self.store
    }

    /// Changes a counter.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the result does not fit.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open whether it was applied; with an operation id, ask again.
    pub async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        self.store.change(key, change).await
    }

    /// Adds a number and returns the new value. Asking twice adds twice.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the result does not fit.
    pub async fn add(&self, key: &str, delta: i64) -> Result<i64> {
        let outcome = self.store.change(key, &Change::add(delta)).await?;
        Ok(outcome.value())
    }

    /// The value.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn value(&self, key: &str) -> Result<i64> {
        self.store.value(key).await
    }
}
