//! The suite of the suite: each backend with one defect must fail the case that is meant to catch
//! it. A suite that cannot fail promises nothing.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use beehive_core::conformance::queue::{QueueFixture, Timing, cases};
use libtest_mimic::{Arguments, Failed, Trial};

mod dead_letters;
mod defect;
mod queue;
mod receiver;
#[path = "../support/mod.rs"]
mod support;

use defect::{DEFECTS, Defect};
use queue::Broken;

fn main() {
    let mut trials = vec![Trial::test("no_defect_passes", || {
        let failures = failures_of(Defect::None);
        expect(failures.is_empty(), format!("it fails {failures:?}"))
    })];
    trials.extend(DEFECTS.iter().map(|&(defect, intended)| {
        Trial::test(format!("{defect:?}"), move || {
            let failures = failures_of(defect);
            println!("{defect:?} is caught by {}", failures.join(", "));
            expect(
                failures.contains(&intended),
                format!("not caught by {intended}, but by {failures:?}"),
            )
        })
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The names of the cases that a backend with this defect fails.
fn failures_of(defect: Defect) -> Vec<&'static str> {
    let fixture = || QueueFixture::new(Arc::new(Broken::new(defect)), "case", Timing::default());
    cases()
        .iter()
        .filter(|case| case.applies(&fixture()))
        .filter(|case| {
            let run = AssertUnwindSafe(|| support::run(case, fixture()));
            !matches!(catch_unwind(run), Ok(Ok(())))
        })
        .map(beehive_core::conformance::Case::name)
        .collect()
}

fn expect(holds: bool, message: String) -> Result<(), Failed> {
    if holds {
        return Ok(());
    }
    Err(message.into())
}
