//! Counters in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{Error, ErrorKind, Result};
use crate::store::memory::expiring::{Expiring, Fingerprint, Fingerprints, Now};
use crate::store::memory::shared::lock;
use crate::store::{Change, CounterOutcome, CounterStore, StoreCapabilities};

/// A counter store in memory.
///
/// It notes the operations of the last day, and at most a number of them: when it is full of notes
/// that may not be forgotten yet, it refuses changes under new operation ids rather than risk one
/// that is applied twice.
///
/// ```
/// use beehive_core::store::memory::MemoryCounter;
/// use beehive_core::store::{Change, CounterStore, OperationId};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let store = MemoryCounter::default();
/// let change = Change::add(5).once(OperationId::new("delivery-1"));
/// store.change("stock", &change).await?;
/// store.change("stock", &change).await?;
/// assert_eq!(store.value("stock").await?, 5);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryCounter {
    capabilities: StoreCapabilities,
    state: Arc<Mutex<State>>,
    fingerprints: Fingerprints,
    notes_max: usize,
}

#[derive(Debug)]
struct State {
    values: HashMap<String, i64>,
    /// Which operations were applied.
    notes: Expiring<()>,
}

/// How long an operation is remembered: what the contract asks for, counted from its last use.
const NOTE_RETENTION: Duration = Duration::from_hours(24);

impl MemoryCounter {
    /// The most operations it notes unless another number is given: 250 to 350 MB when full.
    pub const NOTES_MAX: usize = 4_000_000;

    /// Notes at most this many operations. Clones made before keep their limit.
    #[must_use]
    pub fn with_notes_max(mut self, notes_max: usize) -> Self {
        self.notes_max = notes_max;
        self
    }
}

impl Default for MemoryCounter {
    fn default() -> Self {
        Self {
            capabilities: StoreCapabilities::full(),
            state: Arc::new(Mutex::new(State {
                values: HashMap::new(),
                notes: Expiring::new(),
            })),
            fingerprints: Fingerprints::new(),
            notes_max: Self::NOTES_MAX,
        }
    }
}

impl State {
    fn value(&self, key: &str) -> i64 {
        self.values.get(key).copied().unwrap_or(0)
    }

    /// Changes a counter, under a note if there is an operation.
    fn change(
        &mut self,
        key: &str,
        change: &Change,
        note: Option<Fingerprint>,
        notes_max: usize,
    ) -> Result<CounterOutcome> {
        let value = self.value(key);
        let now = self.notes.now();
        if let Some(note) = note
            && self.notes.get(note, now).is_some()
        {
            self.notes.set(note, (), now, NOTE_RETENTION);
            return Ok(CounterOutcome::AlreadyApplied(value));
        }
        let changed = value.checked_add(change.delta()).ok_or_else(|| {
            Error::new(ErrorKind::Limit, "the result does not fit into 64 bits")
                .with_context("value", value)
                .with_context("delta", change.delta())
        })?;
        if change.floor().is_some_and(|floor| changed < floor) {
            return Ok(CounterOutcome::BelowFloor(value));
        }
        if let Some(note) = note {
            self.note(note, now, notes_max)?;
        }
        // Looks before it inserts, so that changing what exists allocates no name.
        if let Some(value) = self.values.get_mut(key) {
            *value = changed;
        } else {
            self.values.insert(key.to_owned(), changed);
        }
        Ok(CounterOutcome::Applied(changed))
    }

    fn note(&mut self, note: Fingerprint, now: Now, notes_max: usize) -> Result<()> {
        self.notes.clear_ended(now);
        if self.notes.len() >= notes_max {
            return Err(Error::new(
                ErrorKind::Limit,
                "there are as many operations of the last day as can be remembered",
            )
            .with_context("limit", notes_max)
            .temporary());
        }
        self.notes.set(note, (), now, NOTE_RETENTION);
        Ok(())
    }
}

#[async_trait]
impl CounterStore for MemoryCounter {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        let failed = |error: Error| {
            error
                .with_operation("change counter")
                .with_context("counter", key)
        };
        self.capabilities.check_key(key).map_err(failed)?;
        if let Some(operation) = change.operation() {
            self.capabilities
                .check_key(operation.as_str())
                .map_err(|error| failed(error).with_context("operation id", operation.as_str()))?;
        }
        let note = change
            .operation()
            .map(|operation| self.fingerprints.of((key, operation)));
        lock(&self.state)
            .change(key, change, note, self.notes_max)
            .map_err(failed)
    }

    async fn value(&self, key: &str) -> Result<i64> {
        self.capabilities.check_key(key).map_err(|error| {
            error
                .with_operation("read counter")
                .with_context("counter", key)
        })?;
        Ok(lock(&self.state).value(key))
    }
}
