//! The suite of queues, on every backend that has one.

use std::pin::Pin;
use std::sync::Arc;

use beehive_core::conformance::Case;
use beehive_core::conformance::queue::{QueueFixture, Timing, cases};
use beehive_core::queue::EventQueue;
use beehive_tests::trials::{Outcome, Place, Service, Trial, trial};
use libtest_mimic::Failed;

type Opening = Pin<Box<dyn Future<Output = Result<Arc<dyn EventQueue>, Failed>> + Send>>;

/// A backend to hold against the suite.
#[derive(Clone, Copy)]
struct Suite {
    /// What the backend is called in the names of the trials.
    backend: &'static str,
    /// What it needs to be there.
    service: Service,
    /// How fast it is.
    timing: Timing,
    /// Opens it in a namespace that no other case has.
    open: fn(namespace: String) -> Opening,
}

/// Every backend whose queues need a service. Adding one is adding it here.
const SUITES: [Suite; 0] = [];

/// One trial for each case and backend.
pub(crate) fn trials() -> Vec<Trial> {
    SUITES.into_iter().flat_map(of).collect()
}

fn of(suite: Suite) -> Vec<Trial> {
    let trial = |case: Case<QueueFixture>| {
        let name = format!("queue::{}::{}", suite.backend, case.name());
        trial(name, move |place| run(case, suite, place)).with_need(suite.service)
    };
    cases().into_iter().map(trial).collect()
}

async fn run(case: Case<QueueFixture>, suite: Suite, place: Place) -> Outcome {
    let queue = (suite.open)(place.namespace.clone()).await?;
    let fixture = QueueFixture::new(queue, place.namespace, suite.timing);
    if case.applies(&fixture) {
        case.run(fixture).await?;
    }
    Ok(())
}
