//! A wire to nowhere, on which a test gives the answers.

use std::fmt;
use std::sync::Arc;
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
use tokio::time::sleep;

use crate::AwsConfig;

/// What a request is answered.
pub(crate) enum Reply {
    /// With this.
    Said(u16, String),
    /// With this, after so long.
    Late(Duration, u16, String),
    /// With nothing: the connection breaks.
    Broken,
}

/// A wire to nowhere, on which a test gives the answers.
#[derive(Clone)]
pub(crate) struct Wire(Arc<dyn Fn(&HttpRequest) -> Reply + Send + Sync>);

impl Wire {
    pub(crate) fn new(answer: impl Fn(&HttpRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    /// What sends all its requests over this.
    pub(crate) fn config(self) -> AwsConfig {
        let credentials = Credentials::new("id", "planted-secret", None, None, "test");
        let sdk = SdkConfig::builder()
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        AwsConfig::new(sdk)
            .with_http_client(self)
            .with_region("eu-west-1")
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
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match (self.0)(&request) {
            Reply::Said(status, body) => HttpConnectorFuture::ready(Ok(response(status, body))),
            Reply::Late(after, status, body) => HttpConnectorFuture::new(async move {
                sleep(after).await;
                Ok(response(status, body))
            }),
            Reply::Broken => {
                let error = std::io::Error::other("cut by a test");
                HttpConnectorFuture::ready(Err(ConnectorError::io(error.into())))
            }
        }
    }
}

fn response(status: u16, body: String) -> HttpResponse {
    let status = StatusCode::try_from(status).unwrap();
    HttpResponse::new(status, SdkBody::from(body))
}
