//! Those who wait for what becomes of the entries of a batch.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use beehive_core::Result;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// One who waits for an entry, and the room that it takes until then.
pub(super) struct Caller {
    pub(super) done: oneshot::Sender<Result<()>>,
    pub(super) room: OwnedSemaphorePermit,
}

/// Those who wait for what becomes of the entries of a batch, by the numbers of these. Whoever is not
/// told by the end learns that there is no answer.
pub(crate) struct Callers(Mutex<Vec<Option<Caller>>>);

impl Callers {
    pub(super) fn new(callers: impl IntoIterator<Item = Caller>) -> Self {
        Self(Mutex::new(callers.into_iter().map(Some).collect()))
    }

    /// Tells one what became of its entry, at once: a lease may end while others of the batch are still
    /// tried. What is said first counts.
    pub(super) fn tell(&self, number: usize, fate: Result<()>) {
        let mut callers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Caller { done, room }) = callers.get_mut(number).and_then(Option::take) {
            drop(room);
            // Whoever does not listen any more does not need to know.
            done.send(fate).ok();
        }
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers").finish_non_exhaustive()
    }
}
