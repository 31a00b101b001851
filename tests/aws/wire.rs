//! The wire between the SDK and AWS, to count what goes over it and to break it.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What happens to a request.
pub(crate) enum Fault {
    /// It never arrives.
    Lose,
    /// It arrives and is done, and the answer is lost.
    Swallow,
    /// The same, and something happens before anyone knows.
    SwallowThen(Deed),
    /// It never arrives; this is the answer.
    Answer { status: u16, body: &'static str },
    /// It never arrives, and nothing is ever answered.
    Hang,
}

/// A wire to what the environment leads to.
#[derive(Clone)]
pub(crate) struct Wire {
    inner: SharedHttpClient,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What happens to the next requests of an operation.
    faults: BTreeMap<&'static str, VecDeque<Fault>>,
    /// How often each operation went over the wire.
    counts: BTreeMap<String, usize>,
}

impl Wire {
    pub(crate) fn new() -> Self {
        Self {
            inner: Builder::new()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .build_https(),
            state: Arc::default(),
        }
    }

    /// Lets this happen to the next request of an operation; the one after that gets the next fault.
    pub(crate) fn fail(&self, operation: &'static str, fault: Fault) {
        self.state()
            .faults
            .entry(operation)
            .or_default()
            .push_back(fault);
    }

    /// The operations that went over the wire since this was asked last, each with how often.
    pub(crate) fn take_counts(&self) -> Vec<(String, usize)> {
        std::mem::take(&mut self.state().counts)
            .into_iter()
            .collect()
    }

    /// Whether all that was to happen has happened.
    pub(crate) fn is_spent(&self) -> bool {
        self.state().faults.values().all(VecDeque::is_empty)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn meets(&self, operation: &str) -> Option<Fault> {
        let mut state = self.state();
        *state.counts.entry(operation.to_owned()).or_default() += 1;
        state.faults.get_mut(operation)?.pop_front()
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(End {
            inner: self.inner.http_connector(settings, components),
            wire: self.clone(),
        })
    }
}

#[derive(Debug)]
struct End {
    inner: SharedHttpConnector,
    wire: Wire,
}

impl HttpConnector for End {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let fault = self.wire.meets(&operation_of(&request));
        let inner = self.inner.clone();
        HttpConnectorFuture::new(async move {
            match fault {
                None => inner.call(request).await,
                Some(Fault::Lose) => Err(broken()),
                Some(Fault::Swallow) => {
                    inner.call(request).await?;
                    Err(broken())
                }
                Some(Fault::SwallowThen(deed)) => {
                    inner.call(request).await?;
                    deed.await;
                    Err(broken())
                }
                Some(Fault::Answer { status, body }) => Ok(answer(status, body)),
                Some(Fault::Hang) => std::future::pending().await,
            }
        })
    }
}

fn broken() -> ConnectorError {
    ConnectorError::io(io::Error::other("the wire was cut by a test").into())
}

fn answer(status: u16, body: &'static str) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a test answers with a status of HTTP");
    let mut answer = HttpResponse::new(status, SdkBody::from(body));
    answer.headers_mut().insert("x-amzn-requestid", "made-up");
    answer
}

/// What a request asks for: DynamoDB and SQS say so in a header, SNS at the start of the body, and of
/// S3 it is method and query.
fn operation_of(request: &HttpRequest) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    let body = request
        .body()
        .bytes()
        .and_then(|body| std::str::from_utf8(body).ok());
    if let Some(action) = body.and_then(|body| body.strip_prefix("Action=")) {
        return action.split('&').next().unwrap_or(action).to_owned();
    }
    let query = request.uri().split_once('?').map_or("", |(_, query)| query);
    let has = |name: &str| {
        query
            .split('&')
            .any(|part| part.split('=').next() == Some(name))
    };
    match request.method() {
        "POST" if has("uploads") => "CreateMultipartUpload",
        "POST" if has("uploadId") => "CompleteMultipartUpload",
        "PUT" if has("partNumber") => "UploadPart",
        "DELETE" if has("uploadId") => "AbortMultipartUpload",
        "GET" if has("uploads") => "ListMultipartUploads",
        "GET" if has("list-type") => "ListObjectsV2",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        "PUT" => "PutObject",
        "DELETE" => "DeleteObject",
        other => other,
    }
    .to_owned()
}
