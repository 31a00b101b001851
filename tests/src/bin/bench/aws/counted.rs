//! A wire that counts the requests that go over it, repeated ones among them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::time::sleep;

/// Requests, by what they ask for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Requests {
    pub(super) receive: u64,
    /// To a topic or to a queue.
    pub(super) publish: u64,
    pub(super) delete: u64,
    /// To hold an event longer, or to give it back.
    pub(super) hold: u64,
    /// All that no event of a hop takes.
    pub(super) rest: u64,
}

impl Requests {
    /// Those that events of a hop take.
    pub(super) fn of_events(self) -> u64 {
        self.receive + self.publish + self.delete + self.hold
    }

    /// All of them.
    pub(super) fn all(self) -> u64 {
        self.of_events() + self.rest
    }
}

#[derive(Debug, Default)]
struct Counts {
    receive: AtomicU64,
    publish: AtomicU64,
    delete: AtomicU64,
    hold: AtomicU64,
    rest: AtomicU64,
}

/// A wire, and how many requests went over it.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    inner: SharedHttpClient,
    counts: Arc<Counts>,
    away: Duration,
}

#[derive(Debug)]
struct End {
    inner: SharedHttpConnector,
    counts: Arc<Counts>,
    away: Duration,
}

impl Counted {
    /// Every answer takes so much longer.
    pub(super) fn new(inner: SharedHttpClient, away: Duration) -> Self {
        Self {
            inner,
            counts: Arc::default(),
            away,
        }
    }

    /// How many since this was asked last.
    pub(super) fn take(&self) -> Requests {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        Requests {
            receive: take(&self.counts.receive),
            publish: take(&self.counts.publish),
            delete: take(&self.counts.delete),
            hold: take(&self.counts.hold),
            rest: take(&self.counts.rest),
        }
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
            counts: Arc::clone(&self.counts),
            away: self.away,
        })
    }
}

impl HttpConnector for End {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.counts.of(&request).fetch_add(1, Ordering::Relaxed);
        if self.away.is_zero() {
            return self.inner.call(request);
        }
        let (inner, away) = (self.inner.clone(), self.away);
        HttpConnectorFuture::new(async move {
            sleep(away).await;
            inner.call(request).await
        })
    }
}

impl Counts {
    /// What counts this request: DynamoDB and SQS say in a header what is asked for, SNS at the start
    /// of the body.
    fn of(&self, request: &HttpRequest) -> &AtomicU64 {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.strip_prefix("AmazonSQS."));
        let action = || {
            let body = request.body().bytes().unwrap_or_default();
            body.strip_prefix(b"Action=Publish").is_some()
        };
        match target {
            Some(target) if target.starts_with("ReceiveMessage") => &self.receive,
            Some(target) if target.starts_with("SendMessage") => &self.publish,
            Some(target) if target.starts_with("DeleteMessage") => &self.delete,
            Some(target) if target.starts_with("ChangeMessageVisibility") => &self.hold,
            None if action() => &self.publish,
            _ => &self.rest,
        }
    }
}
