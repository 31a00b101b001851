//! What the codes mean that SNS and SQS alone have.

use beehive_core::ErrorKind as Kind;

use super::verdict::{BUSY, Judgement, Verdict, judgement};

/// What a failure means, by its code.
pub(super) fn of_queues(code: &str) -> Option<Judgement> {
    let refused = |kind, message| judgement(kind, Verdict::Refused, message);
    // The older of the two protocols of SQS has a prefix.
    let code = code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(code);
    Some(match code {
        "KmsThrottled"
        | "KMSThrottling"
        | "KMSThrottlingException"
        | "KMS.ThrottlingException"
        | "Throttled"
        | "ConcurrentAccess"
        | "ConcurrentAccessException" => BUSY,
        "OverLimit" => judgement(
            Kind::Temporary,
            Verdict::Busy,
            "as many events of the queue are leased as SQS gives out, which is 120,000; it gives out \
             more when some are settled or their leases end",
        ),
        "AuthorizationError" | "AuthorizationErrorException" => refused(
            Kind::Denied,
            "AWS denies access; compare the policy with the one in the documentation",
        ),
        "QueueDoesNotExist" | "NonExistentQueue" => {
            refused(Kind::NotFound, "the queue does not exist")
        }
        "QueueDeletedRecently" => refused(
            Kind::Temporary,
            "a queue of this name was deleted less than a minute ago; wait for a minute",
        ),
        "ReceiptHandleIsInvalid" | "MessageNotInflight" => refused(
            Kind::LeaseLost,
            "the lease is over, and SQS takes its receipt no more",
        ),
        "InvalidParameter"
        | "InvalidParameterValue"
        | "InvalidParameterException"
        | "InvalidMessageContents"
        | "ParameterValueInvalid"
        | "InvalidAttributeName"
        | "InvalidAttributeValue" => refused(Kind::Invalid, "AWS finds an argument invalid"),
        "BatchRequestTooLong" => refused(Kind::Limit, "AWS has a limit that this exceeds"),
        "UnsupportedOperation" | "InvalidAction" => {
            refused(Kind::Unsupported, "this endpoint cannot do it")
        }
        // Those of the Key Management Service, as the newer protocol of SQS writes them.
        _ if code.starts_with("Kms") => refused(
            Kind::Denied,
            "the encryption key cannot be used; check its policy and its state",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_the_same_with_and_without_their_prefix() {
        for (code, kind, verdict) in [
            ("NonExistentQueue", Kind::NotFound, Verdict::Refused),
            ("QueueDeletedRecently", Kind::Temporary, Verdict::Refused),
            ("MessageNotInflight", Kind::LeaseLost, Verdict::Refused),
            ("ReceiptHandleIsInvalid", Kind::LeaseLost, Verdict::Refused),
            ("OverLimit", Kind::Temporary, Verdict::Busy),
            ("KmsThrottled", Kind::Temporary, Verdict::Busy),
            ("Throttled", Kind::Temporary, Verdict::Busy),
            ("KmsAccessDenied", Kind::Denied, Verdict::Refused),
            ("BatchRequestTooLong", Kind::Limit, Verdict::Refused),
            ("UnsupportedOperation", Kind::Unsupported, Verdict::Refused),
            ("InvalidParameter", Kind::Invalid, Verdict::Refused),
            ("AuthorizationError", Kind::Denied, Verdict::Refused),
        ] {
            for code in [code.to_owned(), format!("AWS.SimpleQueueService.{code}")] {
                let judged = of_queues(&code).unwrap();
                assert_eq!((judged.kind, judged.verdict), (kind, verdict), "{code}");
            }
        }
        assert_eq!(of_queues("NoSuchBucket"), None);
    }
}
