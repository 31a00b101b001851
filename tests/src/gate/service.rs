//! The services that are told apart.

use std::fmt;

use hyper::Request;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Tables.
    DynamoDb,
    /// Objects.
    S3,
    /// Topics.
    Sns,
    /// Queues.
    Sqs,
    /// Any other, such as the one that gives credentials.
    Other,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::DynamoDb, Self::S3, Self::Sns, Self::Sqs, Self::Other];

    /// The service that a request is for: the one that it is signed for, and of one that is not
    /// signed the one that speaks so.
    pub(super) fn of<B>(request: &Request<B>) -> Self {
        let header = |name| request.headers().get(name)?.to_str().ok();
        if let Some(signed_for) = header(AUTHORIZATION.as_str()).and_then(signed_for) {
            return match signed_for {
                "dynamodb" => Self::DynamoDb,
                "s3" => Self::S3,
                "sns" => Self::Sns,
                "sqs" => Self::Sqs,
                _ => Self::Other,
            };
        }
        match header("x-amz-target") {
            Some(target) if target.starts_with("DynamoDB_") => Self::DynamoDb,
            Some(target) if target.starts_with("AmazonSQS.") => Self::Sqs,
            Some(_) => Self::Other,
            None if header(CONTENT_TYPE.as_str()).is_some_and(is_form) => Self::Sns,
            None => Self::S3,
        }
    }
}

/// What a form is sent as.
pub(super) fn is_form(content_type: &str) -> bool {
    content_type.starts_with("application/x-www-form-urlencoded")
}

/// The service in the scope of a signature, `Credential=key/day/region/service/aws4_request`.
fn signed_for(authorization: &str) -> Option<&str> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let (scope, _) = credential.split_once("/aws4_request")?;
    scope.rsplit('/').next()
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DynamoDb => "dynamodb",
            Self::S3 => "s3",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::Other => "other",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_told_by_the_signature_and_else_by_the_language() {
        const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=id/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
        for (name, value, expected) in [
            ("authorization", SIGNED, Service::Sqs),
            (
                "authorization",
                &SIGNED.replace("/sqs/", "/sts/"),
                Service::Other,
            ),
            (
                "authorization",
                &SIGNED.replace("/sqs/", "/s3/"),
                Service::S3,
            ),
            (
                "x-amz-target",
                "DynamoDB_20120810.PutItem",
                Service::DynamoDb,
            ),
            ("x-amz-target", "AmazonSQS.SendMessage", Service::Sqs),
            ("x-amz-target", "Kinesis_20131202.PutRecord", Service::Other),
            (
                "content-type",
                "application/x-www-form-urlencoded",
                Service::Sns,
            ),
            ("accept", "*/*", Service::S3),
            ("authorization", "Basic YTpi", Service::S3),
        ] {
            let request = Request::builder().header(name, value).body(()).unwrap();
            assert_eq!(Service::of(&request), expected, "{name}: {value}");
        }
    }
}
