//! The function as Lambda runs it: the binary, which asks a runtime API for what it is to do, between
//! a trigger and emulators of AWS.
//!
//! Lambda itself is a page of HTTP: the function asks for the next invocation and posts an answer or
//! an error (`runtime_api`). Its trigger receives from a queue, invokes, and deletes what the answer
//! does not name (`trigger`).

mod answers;
mod faults;
mod function;
mod order;
mod runtime_api;
mod stage;
mod trigger;
mod workflow;

use std::process::ExitCode;

use beehive_tests::trials::{self, Outcome, Service, Trial};

fn main() -> ExitCode {
    let mut trials = answers::trials();
    trials.extend(faults::trials());
    trials.extend(order::trials());
    trials.extend(workflow::trials());
    trials::run(trials)
}

/// A test of this name, on the emulator of AWS.
fn trial<F>(name: &'static str, run: impl FnOnce() -> F + Send + 'static) -> Trial
where
    F: Future<Output = Outcome> + Send + 'static,
{
    trials::trial(name, |_| run()).with_need(Service::AWS)
}

/// Fails unless both are equal.
fn equal<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, should: &T) -> Outcome {
    if is == should {
        return Ok(());
    }
    Err(format!("{what}: is {is:?}, should be {should:?}").into())
}
