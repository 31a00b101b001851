//! Faults on command: what each operation of a backend is to do next.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};
use tokio::time::{Instant, sleep};

use super::error;

/// What a backend can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Declare,
    Publish,
    Receiver,
    Receive,
    Close,
    Extend,
    Lost,
    Commit,
    Abandon,
    Defer,
    DeadLetter,
    Flush,
    Look,
    Record,
}

/// How an operation goes wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It does not.
    None,
    /// It fails and changes nothing.
    Fail(ErrorKind),
    /// It takes effect, but says that it failed.
    FailAfterwards(ErrorKind),
    /// It says that it took effect, but did not; what it returns is empty.
    Lie,
    /// It takes effect after so long.
    Late(Duration),
    /// It never answers.
    Hang,
    /// It panics.
    Panic,
}

type Plan = Box<dyn FnMut(usize) -> Fault + Send>;

/// What every operation is to do, and what was asked so far. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    plans: Vec<(Operation, Plan)>,
    calls: Vec<(Operation, Instant)>,
}

impl Faults {
    /// From now on; the plan gets the number of the call since then, from 1.
    pub(crate) fn on(
        &self,
        operation: Operation,
        mut plan: impl FnMut(usize) -> Fault + Send + 'static,
    ) {
        let mut calls = 0;
        let mut state = self.0.lock().unwrap();
        state.plans.retain(|(of, _)| *of != operation);
        let counted = move |_| {
            calls += 1;
            plan(calls)
        };
        state.plans.push((operation, Box::new(counted)));
    }

    /// When an operation was asked for.
    pub(crate) fn calls(&self, operation: Operation) -> Vec<Instant> {
        let state = self.0.lock().unwrap();
        let calls = state.calls.iter().filter(|(of, _)| *of == operation);
        calls.map(|(_, at)| *at).collect()
    }

    fn next(&self, operation: Operation) -> Fault {
        let mut state = self.0.lock().unwrap();
        state.calls.push((operation, Instant::now()));
        let plan = state.plans.iter_mut().find(|(of, _)| *of == operation);
        plan.map_or(Fault::None, |(_, plan)| plan(0))
    }

    /// Does the work as planned; `lie` is what a lie returns.
    pub(crate) async fn apply<T, E: From<Error>>(
        &self,
        operation: Operation,
        lie: impl FnOnce() -> T,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        match self.next(operation) {
            Fault::None => work.await,
            Fault::Fail(kind) => Err(error(kind).into()),
            Fault::FailAfterwards(kind) => {
                work.await?;
                Err(error(kind).into())
            }
            Fault::Lie => Ok(lie()),
            Fault::Late(delay) => {
                sleep(delay).await;
                work.await
            }
            Fault::Hang => pending().await,
            Fault::Panic => panic!("as the test says"),
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults")
    }
}

pub(crate) fn always(fault: Fault) -> impl FnMut(usize) -> Fault + Send + 'static {
    move |_| fault
}

pub(crate) fn never() -> impl FnMut(usize) -> Fault + Send + 'static {
    always(Fault::None)
}

/// The first few calls go wrong.
pub(crate) fn first(count: usize, fault: Fault) -> impl FnMut(usize) -> Fault + Send + 'static {
    move |call| if call <= count { fault } else { Fault::None }
}
