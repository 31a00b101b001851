//! What is lost on the wire is neither lost in the stores nor done twice.

mod capacity;
mod counters;
mod documents;
mod limits;
mod network;
mod requests;
mod throttling;
mod values;

use beehive_core::{ErrorKind, Result};
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;

use crate::wire::Wire;

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = documents::trials();
    trials.extend(counters::trials());
    trials.extend(values::trials());
    trials.extend(throttling::trials());
    trials.extend(requests::trials());
    trials.extend(limits::trials());
    trials.extend(capacity::trials());
    trials.extend(network::trials());
    trials
}

/// Fails the trial unless both are equal.
#[expect(
    clippy::needless_pass_by_value,
    reason = "what is compared is made for it, and reads better without references"
)]
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Outcome {
    if found == expected {
        return Ok(());
    }
    Err(Failed::from(format!(
        "{what}: {found:?}, and should be {expected:?}"
    )))
}

/// Fails the trial unless the call failed in this way.
pub(crate) fn fails<T>(what: &str, result: Result<T>, kind: ErrorKind) -> Outcome {
    match result {
        Ok(_) => Err(Failed::from(format!("{what}: it succeeded"))),
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(Failed::from(format!(
            "{what}: {error:?}, and should be {kind:?}"
        ))),
    }
}

/// Fails the trial if something that was to happen did not, since then it shows nothing.
pub(crate) fn spent(wire: &Wire) -> Outcome {
    equal("all faults happened", wire.is_spent(), true)
}
