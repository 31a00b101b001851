//! Calls of SNS and SQS: repeated as all calls of AWS are, and noted for health.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::time::Instant;

use super::condition::{Condition, Service};
use crate::attempts::{Attempts, Failed, Repeat};

/// Makes calls.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    attempts: Attempts,
    condition: Arc<Condition>,
    service: Service,
}

impl Calls {
    /// Calls of SQS.
    pub(super) fn new(attempts: Attempts, condition: Arc<Condition>) -> Self {
        Self {
            attempts,
            condition,
            service: Service::Queues,
        }
    }

    /// The same for SNS.
    pub(super) fn of_topics(&self) -> Self {
        Self {
            service: Service::Topics,
            ..self.clone()
        }
    }

    /// When what begins now is to be given up.
    pub(super) fn deadline(&self) -> Instant {
        self.attempts.deadline()
    }

    /// Makes a call that may be made twice: all calls of queues may, since an event that is sent
    /// again is known by its id.
    pub(super) async fn call<T, E, F>(
        &self,
        attempt: impl FnMut() -> F + Send,
    ) -> Result<T, Failed<E>>
    where
        T: Send,
        E: StdError + ProvideErrorMetadata + Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let result = self.attempts.call(Repeat::Always, attempt).await;
        match &result {
            Ok(_) => self.condition.succeeded(self.service),
            Err(failed) => self.condition.failed(self.service, failed.fault()),
        }
        result
    }
}
