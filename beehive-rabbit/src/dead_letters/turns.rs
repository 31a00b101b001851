//! Who may look at a queue's dead letters next, within this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use beehive_core::queue::QueueName;
use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::timeout;

/// Lets one look at a queue's dead letters at a time, first come first served.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<QueueName, Weak<AsyncMutex<()>>>>);

impl Turns {
    /// Waits for the turn, which lasts until the guard is dropped.
    ///
    /// # Errors
    /// Temporary if it does not come within `patience`.
    pub(super) async fn take(
        &self,
        queue: &QueueName,
        patience: Duration,
    ) -> Result<OwnedMutexGuard<()>> {
        timeout(patience, self.of(queue).lock_owned())
            .await
            .map_err(|_| {
                Error::new(
                    ErrorKind::Temporary,
                    "others of this process look at the dead letters; try again",
                )
            })
    }

    fn of(&self, queue: &QueueName) -> Arc<AsyncMutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(queue).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        turns.insert(queue.clone(), Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn one_at_a_time_looks_at_one_queue() {
        let turns = Turns::default();
        let (bee, wasp) = (
            "Flower-Bee".parse().unwrap(),
            "Flower-Wasp".parse().unwrap(),
        );
        let turn = turns.take(&bee, PATIENCE).await.unwrap();
        turns.take(&wasp, PATIENCE).await.unwrap();
        let error = turns.take(&bee, PATIENCE).await.unwrap_err();
        assert!(error.is_temporary(), "{error}");
        drop(turn);
        turns.take(&bee, PATIENCE).await.unwrap();
        assert!(turns.0.lock().unwrap().len() <= 2, "old turns are kept");
    }
}
