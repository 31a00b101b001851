//! A wire that counts the requests that go over it, repeated ones among them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// A wire, and how many requests went over it.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    inner: SharedHttpClient,
    requests: Arc<AtomicU64>,
}

#[derive(Debug)]
struct End {
    inner: SharedHttpConnector,
    requests: Arc<AtomicU64>,
}

impl Counted {
    pub(super) fn new(inner: SharedHttpClient) -> Self {
        Self {
            inner,
            requests: Arc::default(),
        }
    }

    /// How many since this was asked last.
    pub(super) fn take(&self) -> u64 {
        self.requests.swap(0, Ordering::Relaxed)
    }
}

impl HttpClient for Counted {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(End {
            inner: self.inner.http_connector(settings, components),
            requests: Arc::clone(&self.requests),
        })
    }
}

impl HttpConnector for End {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.inner.call(request)
    }
}
