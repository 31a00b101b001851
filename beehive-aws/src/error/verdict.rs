//! What a failure means: of which kind it is, and whether the call may be made again.

use beehive_core::ErrorKind;

#[cfg(feature = "sqs")]
use super::queue_codes::of_queues;

/// Where a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Before anything was sent.
    Request,
    /// There are no credentials, or they are no good.
    Credentials,
    /// Whoever gives credentials did not.
    CredentialsProvider,
    /// On the way; it may have arrived.
    Network,
    /// No answer in time; it may have arrived.
    Timeout,
    /// The answer cannot be read.
    Answer,
    /// The service refused it, or failed.
    Service,
}

/// Whether a call that failed may be made again at once, and what that would repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was refused, and will be again.
    Refused,
    /// It had no effect, and may succeed after a while.
    Busy,
    /// It had no effect, since another write was at the same thing at the same moment.
    Raced,
    /// It had no effect; the SDK may have learnt from the answer what to do better.
    Corrected,
    /// It may have had its effect; it may succeed after a while.
    Doubtful,
}

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) kind: ErrorKind,
    pub(crate) message: &'static str,
    pub(crate) verdict: Verdict,
    /// Whether it may pass though this call is over; a kind that always does needs no word.
    pub(crate) retry_later: bool,
    /// Whether what was said may be shown.
    pub(crate) quotable: bool,
}

pub(super) const fn judgement(
    kind: ErrorKind,
    verdict: Verdict,
    message: &'static str,
) -> Judgement {
    Judgement {
        kind,
        message,
        verdict,
        retry_later: matches!(kind, ErrorKind::Temporary),
        quotable: true,
    }
}

impl Judgement {
    const fn later(mut self) -> Self {
        self.retry_later = true;
        self
    }

    const fn unquotable(mut self) -> Self {
        self.quotable = false;
        self
    }
}

pub(super) const BUSY: Judgement = judgement(
    ErrorKind::Temporary,
    Verdict::Busy,
    "AWS is busy or limits the rate; it was asked again and still is",
);

/// What a failure means, by where it happened, the code of the service and the HTTP status.
pub(crate) fn judge(place: Place, code: Option<&str>, status: Option<u16>) -> Judgement {
    use ErrorKind as Kind;
    match place {
        Place::Request => judgement(
            Kind::Configuration,
            Verdict::Refused,
            "the call could not be made; check region and endpoint",
        ),
        Place::Credentials => judgement(
            Kind::Denied,
            Verdict::Refused,
            "there are no usable AWS credentials; check the environment, the profile or the role",
        ),
        Place::CredentialsProvider => judgement(
            Kind::Denied,
            Verdict::Busy,
            "AWS credentials could not be loaded from their provider",
        )
        .later(),
        Place::Network => judgement(
            Kind::Temporary,
            Verdict::Doubtful,
            "AWS could not be reached, or the connection broke",
        ),
        Place::Timeout => judgement(
            Kind::Temporary,
            Verdict::Doubtful,
            "AWS did not answer in time",
        ),
        Place::Answer => judgement(
            Kind::Temporary,
            Verdict::Doubtful,
            "the answer of AWS could not be read",
        ),
        Place::Service => of_queues(code.unwrap_or_default())
            .or_else(|| by_code(code.unwrap_or_default()))
            .or_else(|| by_status(status?))
            .unwrap_or(judgement(
                Kind::Unexpected,
                Verdict::Refused,
                "AWS refused the call",
            )),
    }
}

#[cfg(not(feature = "sqs"))]
fn of_queues(_code: &str) -> Option<Judgement> {
    None
}

fn by_code(code: &str) -> Option<Judgement> {
    use ErrorKind as Kind;
    let refused = |kind, message| judgement(kind, Verdict::Refused, message);
    Some(match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "EC2ThrottledException"
        | "TooManyRequestsException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "BandwidthLimitExceeded"
        | "LimitExceededException"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "TransactionConflictException"
        | "TransactionInProgressException"
        | "ReplicatedWriteConflictException"
        | "OperationAborted" => BUSY,
        "ConditionalRequestConflict" => judgement(
            Kind::Temporary,
            Verdict::Raced,
            "another wrote the same at the same moment",
        ),
        "RequestTimeTooSkewed"
        | "RequestExpired"
        | "RequestInTheFuture"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "AuthFailure" => judgement(
            Kind::Denied,
            Verdict::Corrected,
            "AWS refused the signature: the secret key is wrong, or this machine's clock is",
        )
        .unquotable(),
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
            refused(Kind::Denied, "the AWS credentials have expired").later()
        }
        "AccessDenied"
        | "AccessDeniedException"
        | "AllAccessDisabled"
        | "AccountProblem"
        | "OptInRequired"
        | "NotAuthorized" => refused(
            Kind::Denied,
            "AWS denies access; compare the policy with the one in the documentation",
        ),
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => {
            refused(Kind::Denied, "AWS does not know these credentials")
        }
        "ResourceNotFoundException" | "TableNotFoundException" => refused(
            Kind::Configuration,
            "the table does not exist here; have it created, or check region and prefix",
        ),
        "NoSuchBucket" => refused(
            Kind::Configuration,
            "the bucket does not exist; create it, or check its name",
        ),
        "PermanentRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException" => {
            refused(Kind::Configuration, "the bucket is in another region")
        }
        "NoSuchKey" | "NotFound" | "NoSuchUpload" | "NoSuchVersion" => {
            refused(Kind::NotFound, "it does not exist")
        }
        "PreconditionFailed"
        | "ConditionalCheckFailedException"
        | "TransactionCanceledException" => {
            refused(Kind::Conflict, "the item was changed meanwhile")
        }
        "ItemCollectionSizeLimitExceededException"
        | "EntityTooLarge"
        | "KeyTooLongError"
        | "MetadataTooLarge" => refused(Kind::Limit, "AWS has a limit that this exceeds"),
        "ValidationException" | "InvalidArgument" => {
            refused(Kind::Invalid, "AWS finds an argument invalid")
        }
        "NotImplemented" | "MethodNotAllowed" => {
            refused(Kind::Unsupported, "this endpoint cannot do it")
        }
        // The connection was too slow for S3, which gave it up.
        "RequestTimeout" | "RequestTimeoutException" => judgement(
            Kind::Temporary,
            Verdict::Doubtful,
            "AWS got the call too slowly",
        ),
        _ if code.starts_with("KMS") => refused(
            Kind::Denied,
            "the encryption key cannot be used; check its policy and its state",
        ),
        _ => return None,
    })
}

fn by_status(status: u16) -> Option<Judgement> {
    use ErrorKind as Kind;
    let refused = |kind, message| judgement(kind, Verdict::Refused, message);
    Some(match status {
        429 => BUSY,
        301 | 307 => refused(Kind::Configuration, "the bucket is in another region"),
        401 | 403 => refused(
            Kind::Denied,
            "AWS denies access; compare the policy with the one in the documentation",
        ),
        404 => refused(Kind::NotFound, "it does not exist"),
        412 => refused(Kind::Conflict, "the item was changed meanwhile"),
        501 => refused(Kind::Unsupported, "this endpoint cannot do it"),
        500..=599 => judgement(Kind::Temporary, Verdict::Doubtful, "AWS failed"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_judged_by_code_then_status() {
        use ErrorKind as Kind;
        use Verdict::{Busy, Corrected, Doubtful, Raced, Refused};
        for (code, status, kind, verdict) in [
            (
                "ProvisionedThroughputExceededException",
                400,
                Kind::Temporary,
                Busy,
            ),
            ("SlowDown", 503, Kind::Temporary, Busy),
            ("TransactionConflictException", 400, Kind::Temporary, Busy),
            ("TransactionInProgressException", 400, Kind::Temporary, Busy),
            (
                "IdempotentParameterMismatchException",
                400,
                Kind::Unexpected,
                Refused,
            ),
            ("ConditionalRequestConflict", 409, Kind::Temporary, Raced),
            ("", 429, Kind::Temporary, Busy),
            ("InternalServerError", 500, Kind::Temporary, Doubtful),
            ("ServiceUnavailable", 503, Kind::Temporary, Doubtful),
            ("RequestTimeout", 400, Kind::Temporary, Doubtful),
            (
                "ConditionalCheckFailedException",
                400,
                Kind::Conflict,
                Refused,
            ),
            ("PreconditionFailed", 412, Kind::Conflict, Refused),
            ("NoSuchKey", 404, Kind::NotFound, Refused),
            ("", 404, Kind::NotFound, Refused),
            ("NoSuchBucket", 404, Kind::Configuration, Refused),
            (
                "ResourceNotFoundException",
                400,
                Kind::Configuration,
                Refused,
            ),
            ("AccessDeniedException", 400, Kind::Denied, Refused),
            ("RequestTimeTooSkewed", 403, Kind::Denied, Corrected),
            ("InvalidSignatureException", 400, Kind::Denied, Corrected),
            ("KMS.DisabledException", 400, Kind::Denied, Refused),
            ("NotImplemented", 501, Kind::Unsupported, Refused),
            ("ValidationException", 400, Kind::Invalid, Refused),
            ("SomethingNew", 400, Kind::Unexpected, Refused),
            ("SomethingNew", 500, Kind::Temporary, Doubtful),
        ] {
            let judged = judge(Place::Service, Some(code), Some(status));
            assert_eq!(
                (judged.kind, judged.verdict),
                (kind, verdict),
                "{code} {status}"
            );
        }
    }

    #[test]
    fn what_may_have_arrived_is_in_doubt_and_what_was_not_sent_is_not() {
        for (place, verdict) in [
            (Place::Request, Verdict::Refused),
            (Place::Credentials, Verdict::Refused),
            (Place::CredentialsProvider, Verdict::Busy),
            (Place::Network, Verdict::Doubtful),
            (Place::Timeout, Verdict::Doubtful),
            (Place::Answer, Verdict::Doubtful),
        ] {
            assert_eq!(judge(place, None, None).verdict, verdict, "{place:?}");
        }
    }

    #[test]
    fn what_is_said_of_a_signature_is_not_shown() {
        for code in ["SignatureDoesNotMatch", "InvalidSignatureException"] {
            assert!(!judge(Place::Service, Some(code), Some(403)).quotable);
        }
        assert!(judge(Place::Service, Some("AccessDenied"), Some(403)).quotable);
    }

    #[test]
    fn what_may_pass_is_temporary() {
        for (code, later) in [
            ("ExpiredTokenException", true),
            ("SlowDown", true),
            ("AccessDenied", false),
            ("ValidationException", false),
        ] {
            let judged = judge(Place::Service, Some(code), Some(400));
            assert_eq!(judged.retry_later, later, "{code}");
        }
    }
}
