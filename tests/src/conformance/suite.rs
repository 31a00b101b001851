//! A suite of the core, for one backend.

use std::fmt;
use std::pin::Pin;

use beehive_core::conformance::Case;
use libtest_mimic::Failed;
use tokio::runtime::Builder;

use crate::trials::{Outcome, Place, Service, Trial, namespace, trial};

/// The opening of a backend.
pub type Opening<F> = Pin<Box<dyn Future<Output = Result<Opened<F>, Failed>> + Send>>;
/// Removes what a case left behind.
pub type CleanUp = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send>;

/// A backend, opened for one case.
pub struct Opened<F> {
    /// What the case is run on.
    pub fixture: F,
    /// What is done when the case has passed.
    pub clean_up: CleanUp,
}

impl<F> Opened<F> {
    /// A backend on which nothing is left behind.
    pub fn clean(fixture: F) -> Self {
        Self {
            fixture,
            clean_up: Box::new(|| Box::pin(async { Ok(()) })),
        }
    }
}

impl<F> fmt::Debug for Opened<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").finish_non_exhaustive()
    }
}

/// Where a case runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The namespace of all cases of one run of the suite, for what is costly to make.
    pub suite: String,
    /// What no other case has.
    pub case: String,
}

/// A suite of the core, for one backend: `F` is the fixture of its cases.
///
/// ```
/// use std::sync::Arc;
/// use beehive_core::conformance::queue::{QueueFixture, Timing, cases};
/// use beehive_core::queue::memory::MemoryQueue;
/// use beehive_tests::conformance::{Opened, Suite};
/// use beehive_tests::trials::Service;
///
/// let suite = Suite {
///     name: "queue::memory",
///     service: Service::behind("NO_SUCH_SERVICE"),
///     cases,
///     open: |site| {
///         Box::pin(async {
///             let queue = Arc::new(MemoryQueue::default());
///             Ok(Opened::clean(QueueFixture::new(queue, site.case, Timing::default())))
///         })
///     },
/// };
/// assert_eq!(suite.trials().len(), cases().len());
/// ```
pub struct Suite<F> {
    /// What the names of its trials begin with: what is tried, and on which backend.
    pub name: &'static str,
    /// What the backend needs to be there.
    pub service: Service,
    /// The suite.
    pub cases: fn() -> Vec<Case<F>>,
    /// Opens the backend for one case.
    pub open: fn(site: Site) -> Opening<F>,
}

impl<F: Send + 'static> Suite<F> {
    /// One trial for each case that is for this backend, by its capabilities.
    ///
    /// Without its service the backend cannot tell what it is capable of, and every case is listed,
    /// to be ignored.
    pub fn trials(&self) -> Vec<Trial> {
        let cases = (self.cases)().into_iter();
        let suite = namespace();
        let listed = |case| self.trial(case, suite.clone());
        if !self.service.is_there() {
            return cases.map(listed).collect();
        }
        match self.fixture(suite.clone()) {
            Ok(fixture) => cases
                .filter(|case| case.applies(&fixture))
                .map(listed)
                .collect(),
            Err(failed) => {
                let name = format!("{}::opens", self.name);
                vec![trial(name, move |_| async { Err(failed) })]
            }
        }
    }

    fn trial(&self, case: Case<F>, suite: String) -> Trial {
        let name = format!("{}::{}", self.name, case.name());
        let open = self.open;
        trial(name, move |place| run(case, open, suite, place)).with_need(self.service)
    }

    /// Opens the backend to ask it what it is capable of.
    fn fixture(&self, suite: String) -> Result<F, Failed> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let site = Site {
            suite,
            case: namespace(),
        };
        Ok(runtime.block_on((self.open)(site))?.fixture)
    }
}

impl<F> fmt::Debug for Suite<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Suite({})", self.name)
    }
}

async fn run<F>(
    case: Case<F>,
    open: fn(Site) -> Opening<F>,
    suite: String,
    place: Place,
) -> Outcome {
    let site = Site {
        suite,
        case: place.namespace,
    };
    let Opened { fixture, clean_up } = open(site).await?;
    case.run(fixture).await?;
    clean_up().await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use beehive_core::conformance::queue::{QueueFixture, Timing, cases};
    use beehive_core::queue::memory::MemoryQueue;

    use super::*;

    const MISSING: Service = Service::behind("BEEHIVE_NO_SUCH_SERVICE");
    /// Every test is run by cargo.
    const THERE: Service = Service::behind("CARGO_MANIFEST_DIR");

    fn memory(service: Service) -> Suite<QueueFixture> {
        Suite {
            name: "queue::memory",
            service,
            cases,
            open: |site| {
                Box::pin(async {
                    let queue = Arc::new(MemoryQueue::default());
                    let fixture = QueueFixture::new(queue, site.case, Timing::default());
                    Ok(Opened::clean(fixture))
                })
            },
        }
    }

    #[test]
    fn every_case_is_listed_where_the_service_is_missing() {
        let trials = memory(MISSING).trials();
        assert_eq!(trials.len(), cases().len());
        assert!(trials.iter().all(|trial| trial.needs() == [MISSING]));
        let name = format!("queue::memory::{}", cases()[0].name());
        assert_eq!(trials[0].name(), name);
    }

    #[test]
    fn only_cases_for_the_backend_are_listed_where_it_is_there() {
        let trials = memory(THERE).trials();
        assert!(!trials.is_empty());
        // The queue in memory can do everything, so what is for others is not for it.
        assert!(trials.len() < cases().len());
    }

    #[test]
    fn a_backend_that_does_not_open_fails_and_hides_nothing() {
        let suite = Suite {
            open: |_| Box::pin(async { Err("it is broken".into()) }),
            ..memory(THERE)
        };
        let mut trials = suite.trials();
        let trial = trials.pop().unwrap();
        assert!(trials.is_empty());
        assert_eq!(trial.name(), "queue::memory::opens");
        let runtime = Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(trial.attempt(Place::new()));
        assert_eq!(outcome.unwrap_err().message(), Some("it is broken"));
    }
}
