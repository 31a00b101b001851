//! Errors of AWS as errors of beehive, converted once.

mod cause;
#[cfg(feature = "sqs")]
mod queue_codes;
mod verdict;

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId as _;
use beehive_core::{Error, ErrorKind};

use self::cause::Cause;
pub(crate) use self::verdict::Verdict;
use self::verdict::{Place, judge};

/// What is known of a call that failed, without what must not be shown.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    kind: ErrorKind,
    message: &'static str,
    retry_later: bool,
    verdict: Verdict,
    code: Option<String>,
    request_id: Option<String>,
    cause: Option<Cause>,
}

impl Fault {
    pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: StdError + ProvideErrorMetadata + 'static,
    {
        let place = place(error);
        let (code, said) = match error {
            SdkError::ServiceError(service) => {
                let meta = service.err().meta();
                (meta.code(), meta.message())
            }
            _ => (None, None),
        };
        let status = error
            .raw_response()
            .map(|response| response.status().as_u16());
        let judgement = judge(place, code, status);
        let cause = match place {
            Place::Service => said.map(Cause::said),
            _ => error.source().map(Cause::chain),
        };
        Self {
            kind: judgement.kind,
            message: judgement.message,
            retry_later: judgement.retry_later,
            verdict: judgement.verdict,
            code: code.map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            // What is said of a signature quotes the request that was signed, tokens included.
            cause: cause.filter(|_| judgement.quotable),
        }
    }

    /// Of one entry of a batch that was answered, though not with success.
    #[cfg(feature = "sqs")]
    pub(crate) fn of_entry(code: &str, said: Option<&str>, blames_sender: bool) -> Self {
        let status = if blames_sender { 400 } else { 500 };
        let judgement = judge(Place::Service, Some(code), Some(status));
        Self {
            kind: judgement.kind,
            message: judgement.message,
            retry_later: judgement.retry_later,
            verdict: judgement.verdict,
            code: Some(code.to_owned()),
            request_id: None,
            cause: said.map(Cause::said).filter(|_| judgement.quotable),
        }
    }

    /// Of one entry that names a lease by its receipt. SQS calls the receipt of a lease that is over an
    /// invalid value, as it does a time that is too long; and it quotes the receipt.
    #[cfg(feature = "sqs")]
    pub(crate) fn of_receipt(code: &str, said: Option<&str>, blames_sender: bool) -> Self {
        let fault = Self::of_entry(code, said, blames_sender);
        let over = match fault.kind {
            ErrorKind::Invalid if said.is_some_and(|said| said.contains("VisibilityTimeout")) => {
                return Self {
                    kind: ErrorKind::Limit,
                    ..fault
                };
            }
            ErrorKind::Invalid | ErrorKind::LeaseLost => {
                Self::of_entry("ReceiptHandleIsInvalid", None, blames_sender)
            }
            _ => return fault,
        };
        Self {
            code: fault.code,
            ..over
        }
    }

    /// Of one entry of a batch of which the answer says nothing.
    #[cfg(feature = "sqs")]
    pub(crate) fn unanswered() -> Self {
        let judgement = judge(Place::Answer, None, None);
        Self {
            kind: judgement.kind,
            message: "AWS answered the batch, and said nothing of this entry",
            retry_later: judgement.retry_later,
            verdict: judgement.verdict,
            code: None,
            request_id: None,
            cause: None,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The error for callers, of an operation that was attempted so often.
    pub(crate) fn into_error(self, operation: &'static str, attempts: u32) -> Error {
        let mut error = Error::new(self.kind, self.message).with_operation(operation);
        if self.retry_later {
            error = error.temporary();
        }
        if let Some(code) = self.code {
            error = error.with_context("code", code);
        }
        if let Some(request_id) = self.request_id {
            error = error.with_context("request id", request_id);
        }
        if attempts > 1 {
            error = error.with_context("attempts", attempts);
        }
        match self.cause {
            Some(cause) => error.with_source(cause),
            None => error,
        }
    }
}

fn place<E>(error: &SdkError<E, HttpResponse>) -> Place
where
    E: StdError + 'static,
{
    match error {
        SdkError::ServiceError(_) => Place::Service,
        SdkError::TimeoutError(_) => Place::Timeout,
        SdkError::ResponseError(_) => Place::Answer,
        SdkError::DispatchFailure(failure) => credentials(error).unwrap_or({
            if failure.is_timeout() {
                Place::Timeout
            } else {
                Place::Network
            }
        }),
        _ => credentials(error).unwrap_or(Place::Request),
    }
}

/// Whether the credentials are what failed, somewhere below.
fn credentials(error: &(dyn StdError + 'static)) -> Option<Place> {
    cause::below(error)
        .find_map(|cause| cause.downcast_ref::<CredentialsError>())
        .map(|error| match error {
            CredentialsError::ProviderTimedOut(_) | CredentialsError::ProviderError(_) => {
                Place::CredentialsProvider
            }
            _ => Place::Credentials,
        })
}

/// Stored content that does not follow the layout.
#[cfg(feature = "dynamo")]
pub(crate) fn unreadable(attribute: &'static str) -> Error {
    Error::new(
        ErrorKind::Invalid,
        "what is stored is not in the layout of this version; was it written by something else?",
    )
    .with_context("attribute", attribute)
}

/// A write whose fate stays open: it was answered by nothing but a time-out or a server's error, and
/// what is there now neither shows it nor rules it out.
#[cfg(any(feature = "dynamo", feature = "s3"))]
pub(crate) fn open_fate(operation: &'static str) -> Error {
    Error::new(
        ErrorKind::Temporary,
        "AWS did not answer, and what is stored now does not tell whether the write took effect",
    )
    .with_operation(operation)
}

#[cfg(test)]
mod tests;
