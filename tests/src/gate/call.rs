//! What a request asks of AWS.

use hyper::header::{CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use hyper::{Method, Request};

use super::service::{Service, is_form};

/// How the names of operations begin that change nothing that is stored or sent.
///
/// Receiving is one: what it takes comes again by itself.
const READS: [&str; 9] = [
    "BatchGet",
    "Describe",
    "Get",
    "Head",
    "List",
    "Query",
    "Receive",
    "Scan",
    "TransactGet",
];

/// What a request asks of AWS, as far as faults depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    service: Service,
    operation: String,
    is_head: bool,
    is_conditional: bool,
}

impl Call {
    /// The call of a request with this body; of the body only a form is read.
    ///
    /// DynamoDB and SQS say in a header what is asked of them, SNS says it in a form, and of S3 it is
    /// method, path and query, the bucket being first in the path.
    pub fn of<B>(request: &Request<B>, form: &[u8]) -> Self {
        let is_there = |name| request.headers().contains_key(name);
        Self {
            service: Service::of(request),
            operation: operation(request, form),
            is_head: request.method() == Method::HEAD,
            is_conditional: is_there(IF_MATCH) || is_there(IF_NONE_MATCH),
        }
    }

    /// Of whom it is asked.
    pub fn service(&self) -> Service {
        self.service
    }

    /// What is asked, as AWS names it, such as `PutItem`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Whether it changes something that is stored or sent.
    pub fn writes(&self) -> bool {
        !READS.iter().any(|read| self.operation.starts_with(read))
    }

    /// Whether the answer can have no body.
    pub(super) fn is_head(&self) -> bool {
        self.is_head
    }

    /// Whether it expects something of what is there, and says so in its head.
    pub(super) fn is_conditional(&self) -> bool {
        self.is_conditional
    }

    #[cfg(test)]
    pub(super) fn named(service: Service, operation: &str) -> Self {
        Self {
            service,
            operation: operation.into(),
            is_head: operation.starts_with("Head"),
            is_conditional: false,
        }
    }

    #[cfg(test)]
    pub(super) fn conditional(mut self) -> Self {
        self.is_conditional = true;
        self
    }
}

fn operation<B>(request: &Request<B>, form: &[u8]) -> String {
    let header = |name| request.headers().get(name)?.to_str().ok();
    if let Some(target) = header("x-amz-target") {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    if header(CONTENT_TYPE.as_str()).is_some_and(is_form) {
        let mut pairs = form.split(|byte| *byte == b'&');
        let action = pairs.find_map(|pair| pair.strip_prefix(b"Action="));
        return String::from_utf8_lossy(action.unwrap_or_default()).into_owned();
    }
    of_s3(request).to_owned()
}

fn of_s3<B>(request: &Request<B>) -> &str {
    let query = request.uri().query().unwrap_or_default();
    let has = |name: &str| {
        let mut names = query.split('&').map(|part| part.split('=').next());
        names.any(|part| part == Some(name))
    };
    let path = request.uri().path().trim_start_matches('/');
    let has_key = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
    match (request.method().as_str(), has_key) {
        ("POST", _) if has("uploads") => "CreateMultipartUpload",
        ("POST", _) if has("uploadId") => "CompleteMultipartUpload",
        ("POST", _) if has("delete") => "DeleteObjects",
        ("PUT", _) if has("partNumber") => "UploadPart",
        ("DELETE", _) if has("uploadId") => "AbortMultipartUpload",
        ("GET", _) if has("uploads") => "ListMultipartUploads",
        ("GET", _) if has("list-type") => "ListObjectsV2",
        ("GET", true) => "GetObject",
        ("GET", false) => "GetBucket",
        ("HEAD", true) => "HeadObject",
        ("HEAD", false) => "HeadBucket",
        ("PUT", true) => "PutObject",
        ("PUT", false) => "PutBucket",
        ("DELETE", true) => "DeleteObject",
        ("DELETE", false) => "DeleteBucket",
        (other, _) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, path: &str, target: Option<&str>, form: &str) -> Call {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(target) = target {
            request = request.header("X-Amz-Target", target);
        }
        if !form.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        Call::of(&request.body(()).unwrap(), form.as_bytes())
    }

    #[test]
    fn an_operation_has_its_name_from_where_the_service_has_it() {
        for (method, path, target, form, operation, writes) in [
            (
                "POST",
                "/",
                Some("DynamoDB_20120810.PutItem"),
                "",
                "PutItem",
                true,
            ),
            (
                "POST",
                "/",
                Some("DynamoDB_20120810.TransactGetItems"),
                "",
                "TransactGetItems",
                false,
            ),
            (
                "POST",
                "/",
                Some("AmazonSQS.ReceiveMessage"),
                "",
                "ReceiveMessage",
                false,
            ),
            (
                "POST",
                "/",
                None,
                "Action=PublishBatch&Version=1",
                "PublishBatch",
                true,
            ),
            (
                "POST",
                "/",
                None,
                "Version=1&Action=Publish",
                "Publish",
                true,
            ),
            ("GET", "/shop/a/b", None, "", "GetObject", false),
            (
                "GET",
                "/shop?list-type=2&prefix=a",
                None,
                "",
                "ListObjectsV2",
                false,
            ),
            ("GET", "/shop/?location", None, "", "GetBucket", false),
            ("HEAD", "/shop", None, "", "HeadBucket", false),
            ("HEAD", "/shop/a", None, "", "HeadObject", false),
            ("PUT", "/shop/a?x-id=PutObject", None, "", "PutObject", true),
            (
                "PUT",
                "/shop/a?partNumber=1&uploadId=2",
                None,
                "",
                "UploadPart",
                true,
            ),
            (
                "POST",
                "/shop/a?uploads",
                None,
                "",
                "CreateMultipartUpload",
                true,
            ),
            (
                "POST",
                "/shop/a?uploadId=2",
                None,
                "",
                "CompleteMultipartUpload",
                true,
            ),
            (
                "DELETE",
                "/shop/a?uploadId=2",
                None,
                "",
                "AbortMultipartUpload",
                true,
            ),
            ("DELETE", "/shop/a", None, "", "DeleteObject", true),
        ] {
            let call = call(method, path, target, form);
            let found = (call.operation(), call.writes());
            assert_eq!(found, (operation, writes), "{method} {path}");
        }
    }

    #[test]
    fn a_value_is_no_form() {
        let request = Request::put("/shop/a").body(()).unwrap();
        assert_eq!(
            Call::of(&request, b"Action=Publish").operation(),
            "PutObject"
        );
    }

    #[test]
    fn a_condition_in_the_head_is_seen() {
        for (name, expected) in [("if-match", true), ("if-none-match", true), ("host", false)] {
            let request = Request::builder().header(name, "*").body(()).unwrap();
            assert_eq!(Call::of(&request, b"").is_conditional(), expected, "{name}");
        }
    }
}
