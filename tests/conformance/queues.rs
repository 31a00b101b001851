//! The suite of queues, on every backend that has one.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::conformance::Case;
use beehive_core::conformance::queue::{QueueFixture, Timing, cases};
use beehive_core::queue::EventQueue;
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue};
use beehive_tests::trials::{Outcome, Place, Service, Trial, namespace, trial};
use libtest_mimic::Failed;

type Opening = Pin<Box<dyn Future<Output = Result<Box<dyn Backend>, Failed>> + Send>>;

/// A backend to hold against the suite.
#[derive(Clone, Copy)]
struct Suite {
    /// What the backend is called in the names of the trials.
    backend: &'static str,
    /// What it needs to be there.
    service: Service,
    /// How fast it is.
    timing: Timing,
    /// Opens it in a namespace, which all cases of the suite share.
    open: fn(namespace: String) -> Opening,
}

/// Every backend whose queues need a service. Adding one is adding it here.
const SUITES: [Suite; 2] = [
    Suite {
        backend: "rabbit_quorum",
        service: Service::SHARED_BROKER,
        timing: RABBIT,
        open: |namespace| Box::pin(rabbit(namespace, QueueType::Quorum)),
    },
    Suite {
        backend: "rabbit_classic",
        service: Service::SHARED_BROKER,
        timing: RABBIT,
        open: |namespace| Box::pin(rabbit(namespace, QueueType::Classic)),
    },
];

/// Delays go in steps of an eighth of a second, and the machine may have other work.
const RABBIT: Timing = Timing {
    lease: Duration::from_secs(5),
    wait: Duration::from_millis(900),
    tolerance: Duration::from_millis(400),
};

async fn rabbit(namespace: String, queue_type: QueueType) -> Result<Box<dyn Backend>, Failed> {
    let config = RabbitConfig::from_env()?
        .with_namespace(namespace.parse()?)
        .with_queue_type(queue_type);
    Ok(Box::new(Arc::new(RabbitQueue::connect(config).await?)))
}

/// A queue that cleans up after a case.
#[async_trait]
trait Backend: Send + Sync {
    fn queue(&self) -> Arc<dyn EventQueue>;

    /// Removes what the case declared.
    async fn clean_up(&self) -> Outcome;
}

#[async_trait]
impl Backend for Arc<RabbitQueue> {
    fn queue(&self) -> Arc<dyn EventQueue> {
        Self::clone(self)
    }

    async fn clean_up(&self) -> Outcome {
        self.delete_declared().await?;
        self.close().await;
        Ok(())
    }
}

/// One trial for each case and backend.
pub(crate) fn trials() -> Vec<Trial> {
    SUITES.into_iter().flat_map(of).collect()
}

fn of(suite: Suite) -> Vec<Trial> {
    // One for all cases: what a namespace has beside its queues is costly to make.
    let namespace = namespace();
    let trial = |case: Case<QueueFixture>| {
        let name = format!("queue::{}::{}", suite.backend, case.name());
        let namespace = namespace.clone();
        trial(name, move |place| run(case, suite, namespace, place)).with_need(suite.service)
    };
    cases().into_iter().map(trial).collect()
}

async fn run(case: Case<QueueFixture>, suite: Suite, namespace: String, place: Place) -> Outcome {
    let backend = (suite.open)(namespace).await?;
    let fixture = QueueFixture::new(backend.queue(), place.namespace, suite.timing);
    if case.applies(&fixture) {
        case.run(fixture).await?;
    }
    backend.clean_up().await
}
