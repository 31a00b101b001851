//! The stores in memory against models that are too simple to be wrong, on a paused clock.

#![expect(
    clippy::expect_used,
    reason = "a test is to fail where what it builds upon does"
)]

#[path = "models/collection.rs"]
mod collection;
#[path = "models/counter.rs"]
mod counter;
#[path = "models/inbox.rs"]
mod inbox;
#[path = "models/key_list.rs"]
mod key_list;
#[path = "models/key_value.rs"]
mod key_value;
#[path = "models/lock.rs"]
mod lock;

use beehive_core::ErrorKind;
use beehive_core::store::{Etag, Precondition};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

/// Runs a history on a clock of its own.
fn on_paused_clock(
    history: impl Future<Output = Result<(), TestCaseError>>,
) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime needs no more than memory");
    runtime.block_on(history)
}

/// Few texts that are prefixes of each other and differ in bytes more than in characters.
fn text() -> impl Strategy<Value = String> {
    "[ab/\u{e9}\u{10FFFF}]{1,4}"
}

/// What a write expects, in terms of what is there.
#[derive(Clone, Copy, Debug)]
enum Expects {
    Anything,
    Nothing,
    Current,
    Stale,
}

fn expects() -> impl Strategy<Value = Expects> {
    prop_oneof![
        Just(Expects::Anything),
        Just(Expects::Nothing),
        Just(Expects::Current),
        Just(Expects::Stale),
    ]
}

impl Expects {
    fn precondition(self, current: Option<&Etag>) -> Precondition {
        match (self, current) {
            (Self::Anything, _) => Precondition::None,
            (Self::Nothing, _) => Precondition::Absent,
            (Self::Current, Some(etag)) => Precondition::Match(etag.clone()),
            (Self::Current | Self::Stale, _) => Precondition::Match(Etag::new("0")),
        }
    }

    /// What a write must fail with.
    fn failure(self, there: bool) -> Option<ErrorKind> {
        match self {
            Self::Nothing if there => Some(ErrorKind::AlreadyExists),
            Self::Current if !there => Some(ErrorKind::Conflict),
            Self::Stale => Some(ErrorKind::Conflict),
            _ => None,
        }
    }

    /// What a delete must fail with.
    fn delete_failure(self, there: bool) -> Option<ErrorKind> {
        match self {
            Self::Nothing => Some(ErrorKind::Invalid),
            other => other.failure(there),
        }
    }
}

fn failure_of<T>(result: &beehive_core::Result<T>) -> Option<ErrorKind> {
    result.as_ref().err().map(beehive_core::Error::kind)
}
