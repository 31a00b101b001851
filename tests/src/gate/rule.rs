//! What is to happen, to which requests, and how often.

use super::call::Call;
use super::fault::Fault;
use super::service::Service;

/// Lets something happen to requests.
///
/// ```
/// use beehive_tests::gate::{Fault, Rule, Service};
///
/// // One write in five to DynamoDB is done, and nobody hears of it.
/// let rule = Rule::new(Fault::Swallow)
///     .with_services([Service::DynamoDb])
///     .with_operations(["PutItem", "UpdateItem", "TransactWriteItems"])
///     .with_share(0.2);
/// ```
#[derive(Clone, Debug)]
pub struct Rule {
    fault: Fault,
    share: f64,
    services: Vec<Service>,
    operations: Vec<String>,
    /// How often it still may happen; `None` if always.
    left: Option<u64>,
}

impl Rule {
    /// Lets it happen to every request of every service that can meet it.
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            share: 1.0,
            services: Service::ALL.into(),
            operations: Vec::new(),
            left: None,
        }
    }

    /// Lets it happen to this share of the requests: 0 is none and 1 is all. What lies beyond is
    /// taken for the nearer of them, and what is no number for 0.
    #[must_use]
    pub fn with_share(mut self, share: f64) -> Self {
        self.share = share.clamp(0.0, 1.0).max(0.0);
        self
    }

    /// Lets it happen to these services only.
    #[must_use]
    pub fn with_services(mut self, services: impl Into<Vec<Service>>) -> Self {
        self.services = services.into();
        self
    }

    /// Lets it happen to these operations only, named as AWS names them.
    #[must_use]
    pub fn with_operations<T: Into<String>>(
        mut self,
        operations: impl IntoIterator<Item = T>,
    ) -> Self {
        self.operations = operations.into_iter().map(Into::into).collect();
        self
    }

    /// Lets it happen so often, and then no more.
    #[must_use]
    pub fn with_times(mut self, times: u64) -> Self {
        self.left = Some(times);
        self
    }

    /// What it lets happen.
    pub fn fault(&self) -> Fault {
        self.fault
    }

    pub(super) fn share(&self) -> f64 {
        self.share
    }

    /// Whether the call is one of those to which it may happen now.
    pub(super) fn concerns(&self, call: &Call) -> bool {
        let names = |operation: &String| operation == call.operation();
        self.left != Some(0)
            && self.services.contains(&call.service())
            && (self.operations.is_empty() || self.operations.iter().any(names))
            && self.fault.fits(call)
    }

    /// It has happened once more.
    pub(super) fn happened(&mut self) {
        self.left = self.left.map(|left| left.saturating_sub(1));
    }
}
