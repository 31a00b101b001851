//! What a trial is.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use libtest_mimic::Failed;

use super::namespace::namespace;
use super::needs::Service;

/// What comes of a trial; any error fails it.
pub type Outcome = Result<(), Failed>;

/// What most trials are done within, brokers included, also on a busy machine.
const DEADLINE: Duration = Duration::from_mins(4);

pub(super) type Run =
    Box<dyn FnOnce(Place) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send>;

/// Where a trial takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Twenty letters and digits that no other trial has, for the names of what it declares.
    pub namespace: String,
}

impl Place {
    /// A place that no other trial has.
    pub fn new() -> Self {
        Self {
            namespace: namespace(),
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

/// A test with its needs; made by [`trial`].
pub struct Trial {
    pub(super) name: String,
    pub(super) needs: Vec<Service>,
    pub(super) brokers: usize,
    pub(super) deadline: Duration,
    pub(super) run: Run,
}

/// A test of this name that does this. It needs nothing, and has four minutes.
///
/// ```
/// use beehive_tests::services::{Broker, BrokerOptions};
/// use beehive_tests::trials::{Outcome, Place, trial};
///
/// async fn survives_a_kill(_: Place) -> Outcome {
///     let broker = Broker::start(BrokerOptions::default()).await?;
///     broker.kill().await?;
///     broker.start_again().await?;
///     Ok(())
/// }
///
/// let trial = trial("survives_a_kill", survives_a_kill).with_brokers(1);
/// ```
pub fn trial<F>(name: impl Into<String>, run: impl FnOnce(Place) -> F + Send + 'static) -> Trial
where
    F: Future<Output = Outcome> + Send + 'static,
{
    Trial {
        name: name.into(),
        needs: Vec::new(),
        brokers: 0,
        deadline: DEADLINE,
        run: Box::new(move |place| Box::pin(run(place))),
    }
}

impl Trial {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What has to be there.
    pub fn needs(&self) -> &[Service] {
        &self.needs
    }

    /// Does it, without a deadline and whether its services are there or not.
    ///
    /// # Errors
    /// What was to be shown is not so.
    pub async fn attempt(self, place: Place) -> Outcome {
        (self.run)(place).await
    }

    /// Needs this service, and is ignored where it is missing.
    #[must_use]
    pub fn with_need(mut self, service: Service) -> Self {
        self.needs.push(service);
        self
    }

    /// Needs the broker that all tests share.
    #[must_use]
    pub fn with_shared_broker(self) -> Self {
        self.with_need(Service::SHARED_BROKER)
    }

    /// Starts so many brokers of its own, at most, at one time. It waits until there is room for
    /// them.
    #[must_use]
    pub fn with_brokers(mut self, brokers: usize) -> Self {
        self.brokers = brokers;
        self.with_need(Service::PRIVATE_BROKERS)
    }

    /// Fails when it takes longer than this, from when it may start.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial")
            .field("name", &self.name)
            .field("needs", &self.needs)
            .field("brokers", &self.brokers)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
