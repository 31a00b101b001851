//! Broken counter stores.

use async_trait::async_trait;
use beehive_core::store::memory::MemoryCounter;
use beehive_core::store::{Change, CounterOutcome, CounterStore, OperationId, StoreCapabilities};
use beehive_core::{ErrorKind, Result};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Defect {
    /// The wrapper itself, which must pass.
    None,
    AppliedTwice,
    FloorCheckedBefore,
    FloorIgnored,
    FloorOfNewIgnored,
    FloorOverNote,
    KeysOfOneLetter,
    LastWins,
    NotesShared,
    OnceCheckedBefore,
    RefusedIsNoted,
    Saturates,
    OldValueTold,
}

impl Defect {
    pub(crate) const ALL: &[(Self, &str)] = &[
        (Self::AppliedTwice, "once/applies_once"),
        (Self::FloorCheckedBefore, "floor/at_once"),
        (Self::FloorIgnored, "floor/refuses"),
        (Self::FloorOfNewIgnored, "floor/refuses"),
        (Self::FloorOverNote, "once/floor_after"),
        (Self::KeysOfOneLetter, "add/keys"),
        (Self::LastWins, "add/at_once"),
        (Self::NotesShared, "once/keys"),
        (Self::OnceCheckedBefore, "once/at_once"),
        (Self::RefusedIsNoted, "once/refused"),
        (Self::Saturates, "add/range"),
        (Self::OldValueTold, "add/value"),
    ];
}

#[derive(Debug)]
pub(crate) struct BrokenCounter {
    inner: MemoryCounter,
    /// Where operations are noted that the inner store must not know.
    notes: MemoryCounter,
    defect: Defect,
}

fn without_floor(change: &Change) -> Change {
    let bare = Change::add(change.delta());
    match change.operation() {
        Some(operation) => bare.once(operation.clone()),
        None => bare,
    }
}

fn without_operation(change: &Change) -> Change {
    let bare = Change::add(change.delta());
    match change.floor() {
        Some(floor) => bare.with_floor(floor),
        None => bare,
    }
}

impl BrokenCounter {
    pub(crate) fn new(defect: Defect) -> Self {
        Self {
            inner: MemoryCounter::default(),
            notes: MemoryCounter::default(),
            defect,
        }
    }

    fn key(&self, key: &str) -> String {
        match self.defect {
            Defect::KeysOfOneLetter if key.len() < 20 => key.chars().take(5).collect(),
            _ => key.into(),
        }
    }

    /// Whether the operation is new under this name, noting it.
    async fn note(&self, name: &str, operation: &OperationId) -> Result<bool> {
        let change = Change::add(1).once(operation.clone());
        let outcome = self.notes.change(name, &change).await?;
        Ok(matches!(outcome, CounterOutcome::Applied(_)))
    }

    async fn noted(&self, key: &str, operation: &OperationId) -> Result<bool> {
        let probe = format!("{key}\0{}", operation.as_str());
        Ok(self.notes.value(&probe).await? > 0)
    }
}

#[async_trait]
impl CounterStore for BrokenCounter {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        let key = &self.key(key);
        let value = self.inner.value(key).await?;
        let below = |floor| value.saturating_add(change.delta()) < floor;
        match (self.defect, change.operation(), change.floor()) {
            (Defect::AppliedTwice, Some(operation), _) if !operation.as_str().is_empty() => {
                self.inner.change(key, &without_operation(change)).await
            }
            (Defect::FloorCheckedBefore, _, Some(floor)) => {
                if below(floor) {
                    return Ok(CounterOutcome::BelowFloor(value));
                }
                tokio::task::yield_now().await;
                self.inner.change(key, &without_floor(change)).await
            }
            (Defect::FloorIgnored, _, Some(_)) => {
                self.inner.change(key, &without_floor(change)).await
            }
            (Defect::FloorOfNewIgnored, _, Some(_)) if value == 0 => {
                self.inner.change(key, &without_floor(change)).await
            }
            (Defect::FloorOverNote, _, Some(floor)) if below(floor) => {
                Ok(CounterOutcome::BelowFloor(value))
            }
            (Defect::LastWins, None, None) => {
                tokio::task::yield_now().await;
                let lost = self.inner.value(key).await? - value;
                self.inner
                    .change(key, &Change::add(change.delta() - lost))
                    .await
            }
            (Defect::NotesShared, Some(operation), _) => {
                if !operation.as_str().is_empty() && !self.note("all", operation).await? {
                    return Ok(CounterOutcome::AlreadyApplied(value));
                }
                self.inner.change(key, &without_operation(change)).await
            }
            (Defect::OnceCheckedBefore, Some(operation), _) => {
                if self.noted(key, operation).await? {
                    return Ok(CounterOutcome::AlreadyApplied(value));
                }
                tokio::task::yield_now().await;
                let probe = format!("{key}\0{}", operation.as_str());
                self.notes.change(&probe, &Change::add(1)).await?;
                self.inner.change(key, &without_operation(change)).await
            }
            (Defect::RefusedIsNoted, Some(operation), Some(_)) => {
                if !self.note(key, operation).await? {
                    return Ok(CounterOutcome::AlreadyApplied(value));
                }
                self.inner.change(key, &without_operation(change)).await
            }
            (Defect::OldValueTold, None, None) => {
                self.inner.change(key, change).await?;
                Ok(CounterOutcome::Applied(value))
            }
            _ => match self.inner.change(key, change).await {
                Err(error)
                    if self.defect == Defect::Saturates
                        && error.kind() == ErrorKind::Limit
                        && key.len() < 20 =>
                {
                    Ok(CounterOutcome::Applied(
                        value.saturating_add(change.delta()),
                    ))
                }
                outcome => outcome,
            },
        }
    }

    async fn value(&self, key: &str) -> Result<i64> {
        self.inner.value(&self.key(key)).await
    }
}
