//! Tests of how errors of AWS become ours.

use std::io;

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use super::*;

/// What DynamoDB says of a wrong signature quotes the whole request, with a token.
const SIGNATURE: &str = "The request signature we calculated does not match. The Canonical String for \
     this request should have been 'POST\n/\n\nx-amz-security-token:planted-secret'";

fn answered(status: u16, code: &str, message: &str) -> SdkError<ErrorMetadata, HttpResponse> {
    let mut response = HttpResponse::new(
        StatusCode::try_from(status).unwrap(),
        SdkBody::from("body with planted-secret"),
    );
    response.headers_mut().insert("x-amzn-requestid", "R123");
    let error = ErrorMetadata::builder().code(code).message(message).build();
    SdkError::service_error(error, response)
}

fn converted(error: &SdkError<ErrorMetadata, HttpResponse>) -> Error {
    Fault::of(error).into_error("put document", 3)
}

#[test]
fn an_answer_becomes_an_error_that_says_what_to_look_for() {
    let error = converted(&answered(
        400,
        "AccessDeniedException",
        "User: arn:aws:iam::1:user/a is not authorized to perform: dynamodb:PutItem",
    ));
    assert_eq!(
        (error.kind(), error.is_temporary()),
        (ErrorKind::Denied, false)
    );
    let shown = error.to_string();
    for part in [
        "put document: denied: ",
        "code: AccessDeniedException",
        "request id: R123",
        "attempts: 3",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    let report = format!("{error:?}");
    assert!(report.contains("caused by: User: arn:aws:iam"), "{report}");
}

#[test]
fn throttling_may_pass_and_a_lost_race_will_not() {
    for (status, code, kind, temporary) in [
        (400, "ThrottlingException", ErrorKind::Temporary, true),
        (503, "SlowDown", ErrorKind::Temporary, true),
        (500, "InternalServerError", ErrorKind::Temporary, true),
        (400, "ExpiredTokenException", ErrorKind::Denied, true),
        (
            400,
            "ConditionalCheckFailedException",
            ErrorKind::Conflict,
            false,
        ),
        (400, "ValidationException", ErrorKind::Invalid, false),
    ] {
        let error = converted(&answered(status, code, "x"));
        assert_eq!(
            (error.kind(), error.is_temporary()),
            (kind, temporary),
            "{code}"
        );
    }
}

#[test]
fn no_secret_is_shown() {
    let connector = || {
        ConnectorError::io(
            io::Error::other("cannot connect to https://user:planted-secret@example.org/x").into(),
        )
    };
    for error in [
        answered(403, "InvalidSignatureException", SIGNATURE),
        answered(403, "SignatureDoesNotMatch", SIGNATURE),
        answered(500, "InternalServerError", "x"),
        SdkError::dispatch_failure(connector()),
        SdkError::construction_failure(connector()),
        SdkError::timeout_error(connector()),
    ] {
        let converted = converted(&error);
        let shown = format!("{converted}\n{converted:?}\n{:?}", Fault::of(&error));
        assert!(!shown.contains("planted-secret"), "{shown}");
    }
    // It can fail: the SDK's own error shows it.
    let bare = format!("{:?}", answered(403, "SignatureDoesNotMatch", SIGNATURE));
    assert!(bare.contains("planted-secret"), "{bare}");
}

#[test]
fn what_did_not_arrive_for_lack_of_credentials_says_so() {
    type Bare = SdkError<ErrorMetadata, HttpResponse>;
    let none: Bare = SdkError::dispatch_failure(ConnectorError::other(
        CredentialsError::not_loaded("no providers in chain").into(),
        None,
    ));
    let slow: Bare = SdkError::construction_failure(CredentialsError::provider_timed_out(
        std::time::Duration::from_secs(1),
    ));
    let network: Bare =
        SdkError::dispatch_failure(ConnectorError::io(io::Error::other("refused").into()));
    let timeout: Bare =
        SdkError::dispatch_failure(ConnectorError::timeout(io::Error::other("slow").into()));
    for (error, kind, temporary, verdict) in [
        (none, ErrorKind::Denied, false, Verdict::Refused),
        (slow, ErrorKind::Denied, true, Verdict::Busy),
        (network, ErrorKind::Temporary, true, Verdict::Doubtful),
        (timeout, ErrorKind::Temporary, true, Verdict::Doubtful),
    ] {
        let fault = Fault::of(&error);
        assert_eq!(fault.verdict(), verdict, "{error:?}");
        let error = fault.into_error("get document", 1);
        assert_eq!(
            (error.kind(), error.is_temporary()),
            (kind, temporary),
            "{error}"
        );
    }
}
