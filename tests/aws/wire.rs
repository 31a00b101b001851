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
use beehive_tests::gate::{self, Call, Dice};
use hyper::Request;

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
    /// It never arrives; the answer is what a gate would give.
    Refuse(gate::Fault),
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
        let call = call_of(&request);
        let fault = self.wire.meets(call.operation());
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
                Some(Fault::Refuse(fault)) => {
                    let body = request.body().bytes().unwrap_or_default();
                    let made_up = gate::answer(fault, &call, body, Dice::new(fastrand::u64(..)));
                    let made_up = made_up.expect("a gate answers so");
                    Ok(as_answer(&made_up))
                }
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

fn as_answer(made_up: &gate::Answer) -> HttpResponse {
    let status = StatusCode::try_from(made_up.status()).expect("a gate answers in HTTP");
    let mut answer = HttpResponse::new(status, SdkBody::from(made_up.body()));
    for (name, value) in made_up.headers() {
        answer.headers_mut().insert(name, value.to_owned());
    }
    answer
}

/// What a request asks for.
fn call_of(request: &HttpRequest) -> Call {
    let headers = request.headers().iter();
    let head = Request::builder()
        .method(request.method())
        .uri(request.uri());
    let head = headers.fold(head, |head, (name, value)| head.header(name, value));
    let head = head.body(()).expect("what the SDK sends is HTTP");
    Call::of(&head, request.body().bytes().unwrap_or_default())
}
