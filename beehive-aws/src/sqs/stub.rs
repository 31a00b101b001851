//! A wire on which a test gives the answers in turn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::calls::Calls;
use super::condition::Condition;
use super::wire::{Reply, Wire};
use crate::AwsConfig;
use crate::attempts::Attempts;

/// A wire to nowhere: requests are kept, and answered in turn.
#[derive(Clone, Default)]
pub(super) struct Stub(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    requests: Vec<String>,
}

impl Stub {
    pub(super) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let stub = Self::default();
        stub.0.lock().unwrap().replies.extend(replies);
        stub
    }

    /// The bodies of the requests until now.
    pub(super) fn requests(&self) -> Vec<String> {
        self.0.lock().unwrap().requests.clone()
    }

    pub(super) fn config(&self) -> AwsConfig {
        let stub = self.clone();
        Wire::new(move |request| stub.reply(request)).config()
    }

    pub(super) fn sdk(&self) -> SdkConfig {
        self.config().sdk(Duration::from_secs(5))
    }

    fn reply(&self, request: &HttpRequest) -> Reply {
        let body = request.body().bytes().unwrap_or_default();
        let mut state = self.0.lock().unwrap();
        state
            .requests
            .push(String::from_utf8_lossy(body).into_owned());
        state.replies.pop_front().unwrap_or(Reply::Broken)
    }
}

pub(super) fn calls() -> Calls {
    Calls::new(
        Attempts::new(Duration::from_secs(30)),
        Arc::new(Condition::default()),
    )
}
