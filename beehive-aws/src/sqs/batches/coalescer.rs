//! Gathers what many callers have to say to one queue or topic into few requests.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::callers::{Caller, Callers};
use super::packing::{ENTRIES_MAX, fitting, starts};

/// How many entries may wait; whoever comes later waits to wait.
const WAITING_MAX: usize = 1_000;
/// How long others wait for a request that is under way. One that takes longer is slow for a reason of
/// its own, such as a connection that is dead, and a lease must not end because of that.
const PATIENCE: Duration = Duration::from_millis(500);

/// Requests of one kind to one place.
pub(crate) trait Batch: fmt::Debug + Send + Sync + 'static {
    type Entry: Send + Sync + 'static;

    /// How many bytes of a request an entry takes.
    fn size(&self, entry: &Self::Entry) -> usize;

    /// Tells the caller of each entry what became of it, as soon as that is known. It ends by itself.
    fn carry_out(
        &self,
        entries: &[Self::Entry],
        callers: &Callers,
    ) -> impl Future<Output = ()> + Send;
}

/// Gathers entries into batches. A lone one is sent at once; what comes while a request is under way
/// goes together in the next, for which it does not wait long.
pub(crate) struct Coalescer<B: Batch>(Arc<Inner<B>>);

struct Inner<B: Batch> {
    batch: B,
    under_way_max: usize,
    room: Arc<Semaphore>,
    state: Mutex<State<B::Entry>>,
}

struct State<E> {
    waiting: VecDeque<Waiting<E>>,
    under_way: usize,
    /// Those of them that have not taken their entries yet.
    gathering: usize,
    /// Those of them that nobody waits for any more.
    slow: usize,
}

struct Waiting<E> {
    entry: E,
    size: usize,
    caller: Caller,
}

impl<B: Batch> Coalescer<B> {
    /// At most so many requests are under way at one time.
    pub(crate) fn new(batch: B, under_way_max: usize) -> Self {
        Self(Arc::new(Inner {
            batch,
            under_way_max,
            room: Arc::new(Semaphore::new(WAITING_MAX)),
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                under_way: 0,
                gathering: 0,
                slow: 0,
            }),
        }))
    }

    /// Has one entry carried out.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open whether it is carried out.
    pub(crate) async fn one(&self, entry: B::Entry) -> Result<()> {
        let mut done = self.all([entry]).await;
        done.pop().unwrap_or_else(|| Err(ended()))
    }

    /// Has entries carried out, and says what became of each.
    ///
    /// # Cancel safety
    /// As [`one`](Self::one).
    pub(crate) async fn all(&self, entries: impl IntoIterator<Item = B::Entry>) -> Vec<Result<()>> {
        let entries: Vec<_> = entries.into_iter().collect();
        let mut answers = Vec::with_capacity(entries.len());
        for entry in entries {
            let room = Arc::clone(&self.0.room);
            let permit = if let Ok(permit) = Arc::clone(&room).try_acquire_owned() {
                Some(permit)
            } else {
                // What waits is on its way before anyone waits for room.
                Inner::start(&self.0);
                room.acquire_owned().await.ok()
            };
            let (done, answer) = oneshot::channel();
            // The semaphore is never closed.
            if let Some(permit) = permit {
                let size = self.0.batch.size(&entry);
                self.0.state().waiting.push_back(Waiting {
                    entry,
                    size,
                    caller: Caller { done, room: permit },
                });
            }
            answers.push(answer);
        }
        Inner::start(&self.0);
        let mut fates = Vec::with_capacity(answers.len());
        for answer in answers {
            fates.push(answer.await.unwrap_or_else(|_| Err(ended())));
        }
        fates
    }
}

impl<B: Batch> Inner<B> {
    fn state(&self) -> MutexGuard<'_, State<B::Entry>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts as many requests as may start now. They are tasks of their own, since whoever began one
    /// may be gone before it ends, and others have entries in it.
    fn start(this: &Arc<Self>) {
        while this.reserve() {
            let mut turn = Turn {
                inner: Arc::clone(this),
                stage: Stage::Gathering,
            };
            tokio::spawn(async move {
                // What is said in the same moment goes along.
                yield_now().await;
                turn.carry_out().await;
            });
        }
    }

    /// Whether another request starts.
    fn reserve(&self) -> bool {
        let mut state = self.state();
        let taken = state.gathering * ENTRIES_MAX;
        let waiting = state.waiting.len().saturating_sub(taken);
        let prompt = state.under_way.saturating_sub(state.slow);
        if !starts(waiting, prompt, state.slow, self.under_way_max) {
            return false;
        }
        state.under_way += 1;
        state.gathering += 1;
        true
    }

    /// What goes into a request that was reserved. Nobody may wait any more for some of it, but it may
    /// be half done: it is carried out.
    fn gather(&self) -> Vec<Waiting<B::Entry>> {
        let mut state = self.state();
        state.gathering -= 1;
        let fitting = fitting(state.waiting.iter().map(|waiting| waiting.size));
        let count = fitting.min(state.waiting.len());
        state.waiting.drain(..count).collect()
    }
}

/// A request under way; whatever becomes of it, others may follow.
struct Turn<B: Batch> {
    inner: Arc<Inner<B>>,
    stage: Stage,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It has not taken its entries yet.
    Gathering,
    /// Others wait for its end.
    Prompt,
    /// It takes so long that others go beside it.
    Slow,
}

impl<B: Batch> Turn<B> {
    async fn carry_out(&mut self) {
        self.stage = Stage::Prompt;
        let inner = Arc::clone(&self.inner);
        let next = inner.gather();
        if next.is_empty() {
            return;
        }
        let mut entries = Vec::with_capacity(next.len());
        let mut callers = Vec::with_capacity(next.len());
        for each in next {
            entries.push(each.entry);
            callers.push(each.caller);
        }
        let callers = Callers::new(callers);
        let mut carrying = pin!(inner.batch.carry_out(&entries, &callers));
        if timeout(PATIENCE, &mut carrying).await.is_ok() {
            return;
        }
        inner.state().slow += 1;
        self.stage = Stage::Slow;
        Inner::start(&inner);
        carrying.await;
    }
}

impl<B: Batch> Drop for Turn<B> {
    fn drop(&mut self) {
        let unheard = {
            let mut state = self.inner.state();
            state.under_way -= 1;
            match self.stage {
                Stage::Gathering => {
                    // Dropped before it began: the runtime ends. Another would be dropped in the same
                    // way, here and now, and so on without an end.
                    state.gathering -= 1;
                    std::mem::take(&mut state.waiting)
                }
                Stage::Prompt => VecDeque::new(),
                Stage::Slow => {
                    state.slow -= 1;
                    VecDeque::new()
                }
            }
        };
        // Whoever waits is told.
        drop(unheard);
        if self.stage != Stage::Gathering && tokio::runtime::Handle::try_current().is_ok() {
            Inner::start(&self.inner);
        }
    }
}

impl<B: Batch> fmt::Debug for Coalescer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state();
        f.debug_struct("Coalescer")
            .field("batch", &self.0.batch)
            .field("waiting", &state.waiting.len())
            .field("under_way", &state.under_way)
            .finish_non_exhaustive()
    }
}

/// The request ended without a word, as when the runtime does.
pub(crate) fn ended() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "the request ended without an answer, as when the process stops",
    )
}

#[cfg(test)]
mod tests;
