//! What must not work.

use std::fmt::Debug;

use beehive_core::Error;
use libtest_mimic::Failed;

/// Why something did not work that must not.
pub(crate) fn refusal<T: Debug>(result: Result<T, Error>) -> Result<Error, Failed> {
    match result {
        Ok(done) => Err(format!("it worked, and should not: {done:?}").into()),
        Err(error) => Ok(error),
    }
}
