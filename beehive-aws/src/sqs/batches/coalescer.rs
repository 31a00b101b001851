//! Gathers what many callers have to say to one queue or topic into few requests.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::yield_now;

use super::packing::{ENTRIES_MAX, fitting, starts};

/// How many entries may wait; whoever comes later waits to wait.
const WAITING_MAX: usize = 1_000;

/// Requests of one kind to one place.
pub(crate) trait Batch: fmt::Debug + Send + Sync + 'static {
    type Entry: Send + Sync + 'static;

    /// How many bytes of a request an entry takes.
    fn size(&self, entry: &Self::Entry) -> usize;

    /// Says what became of each entry, in their order. It ends by itself.
    fn carry_out(&self, entries: &[Self::Entry]) -> impl Future<Output = Vec<Result<()>>> + Send;
}

/// Gathers entries into batches. A lone one is sent at once; what comes while a request is under way
/// goes together in the next.
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
}

struct Waiting<E> {
    entry: E,
    size: usize,
    done: oneshot::Sender<Result<()>>,
    room: OwnedSemaphorePermit,
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
            }),
        }))
    }

    /// Has one entry carried out.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open whether it is carried out.
    pub(crate) async fn one(&self, entry: B::Entry) -> Result<()> {
        let mut done = self.all([entry]).await;
        done.pop().unwrap_or_else(|| Err(lost()))
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
                    done,
                    room: permit,
                });
            }
            answers.push(answer);
        }
        Inner::start(&self.0);
        let mut fates = Vec::with_capacity(answers.len());
        for answer in answers {
            fates.push(answer.await.unwrap_or_else(|_| Err(lost())));
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
                is_gathering: true,
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
        if !starts(waiting, state.under_way, self.under_way_max) {
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
    is_gathering: bool,
}

impl<B: Batch> Turn<B> {
    async fn carry_out(&mut self) {
        self.is_gathering = false;
        let next = self.inner.gather();
        if next.is_empty() {
            return;
        }
        let mut entries = Vec::with_capacity(next.len());
        let mut waiting = Vec::with_capacity(next.len());
        for each in next {
            entries.push(each.entry);
            waiting.push((each.done, each.room));
        }
        let mut fates = self.inner.batch.carry_out(&entries).await.into_iter();
        for (done, _room) in waiting {
            let fate = fates.next().unwrap_or_else(|| Err(lost()));
            // Whoever does not listen any more does not need to know.
            done.send(fate).ok();
        }
    }
}

impl<B: Batch> Drop for Turn<B> {
    fn drop(&mut self) {
        let unheard = {
            let mut state = self.inner.state();
            state.under_way -= 1;
            if self.is_gathering {
                // Dropped before it began: the runtime ends. Another would be dropped in the same way,
                // here and now, and so on without an end.
                state.gathering -= 1;
                std::mem::take(&mut state.waiting)
            } else {
                VecDeque::new()
            }
        };
        // Whoever waits is told.
        drop(unheard);
        if !self.is_gathering && tokio::runtime::Handle::try_current().is_ok() {
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
fn lost() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "the request ended without an answer, as when the process stops",
    )
}
