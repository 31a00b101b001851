//! Who may look at a queue's dead letters next, within this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use beehive_core::queue::QueueName;
use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::timeout;

/// How long another may look before whoever waits is sent away.
const PATIENCE: Duration = Duration::from_mins(2);

/// Lets one look at a queue's dead letters at a time: two would each see what the other has not
/// taken.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<QueueName, Weak<AsyncMutex<()>>>>);

impl Turns {
    /// Waits for the turn, which lasts until the guard is dropped.
    ///
    /// # Errors
    /// Temporary if it does not come.
    pub(super) async fn take(&self, queue: &QueueName) -> Result<OwnedMutexGuard<()>> {
        let turn = timeout(PATIENCE, self.of(queue).lock_owned()).await;
        turn.map_err(|_| {
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

    #[tokio::test(start_paused = true)]
    async fn one_at_a_time_looks_at_one_queue() {
        let turns = Turns::default();
        let bee = "Flower-Bee".parse().unwrap();
        let wasp = "Flower-Wasp".parse().unwrap();
        let turn = turns.take(&bee).await.unwrap();
        turns.take(&wasp).await.unwrap();
        let waited = turns.take(&bee).await;
        assert_eq!(waited.unwrap_err().kind(), ErrorKind::Temporary);
        drop(turn);
        turns.take(&bee).await.unwrap();
    }
}
