//! A wire to nowhere, on which a test gives the answers.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::calls::Calls;
use super::condition::Condition;
use crate::AwsConfig;
use crate::attempts::Attempts;

/// What a request is answered.
pub(super) enum Reply {
    /// With this.
    Said(u16, String),
    /// With nothing: the connection breaks.
    Broken,
}

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
        let credentials = Credentials::new("id", "planted-secret", None, None, "test");
        let sdk = SdkConfig::builder()
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        AwsConfig::new(sdk)
            .with_http_client(self.clone())
            .with_region("eu-west-1")
    }

    pub(super) fn sdk(&self) -> SdkConfig {
        self.config().sdk(Duration::from_secs(5))
    }
}

pub(super) fn calls() -> Calls {
    Calls::new(
        Attempts::new(Duration::from_secs(30)),
        Arc::new(Condition::default()),
    )
}

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stub")
    }
}

impl HttpClient for Stub {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Stub {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        let mut state = self.0.lock().unwrap();
        state
            .requests
            .push(String::from_utf8_lossy(body).into_owned());
        let reply = state.replies.pop_front().unwrap_or(Reply::Broken);
        HttpConnectorFuture::ready(match reply {
            Reply::Said(status, body) => {
                let status = StatusCode::try_from(status).unwrap();
                Ok(HttpResponse::new(status, SdkBody::from(body)))
            }
            Reply::Broken => Err(ConnectorError::io(
                std::io::Error::other("cut by a test").into(),
            )),
        })
    }
}
