//! How AWS is reached: region, endpoints, credentials, time-outs.

use std::fmt;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient};
use aws_types::origin::Origin;
#[cfg(feature = "s3")]
use aws_types::service_config::ServiceConfigKey;

use crate::Timeouts;
use crate::credentials::{CREDENTIALS_TIMEOUT, Unhurried};

/// How long a connection may lie idle in the pool: less than the services and what stands between
/// keep it open, so that no call is sent into one that is dead.
const POOL_IDLE: Duration = Duration::from_secs(20);
/// How long a body may stand still before the call is given up: longer than a lost packet takes.
const STALL_GRACE: Duration = Duration::from_secs(20);

/// How AWS is reached.
///
/// ```no_run
/// use beehive_aws::AwsConfig;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // AWS_REGION, AWS_ENDPOINT_URL, credentials and so on, as the SDK and the CLI read them.
/// let config = AwsConfig::from_env().await;
/// assert_eq!(config.region(), Some("eu-west-1"));
/// # }
/// ```
#[derive(Clone)]
pub struct AwsConfig {
    sdk: SdkConfig,
    timeouts: Timeouts,
}

impl AwsConfig {
    /// What the environment, the profile files and the machine's role say, as for every AWS SDK:
    /// `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_S3`,
    /// `AWS_PROFILE`, `AWS_ACCESS_KEY_ID` and so on.
    pub async fn from_env() -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .identity_cache(
                IdentityCache::lazy()
                    .load_timeout(CREDENTIALS_TIMEOUT)
                    .build(),
            );
        Self::new(loader.load().await)
    }

    /// What an SDK configuration says. Its time-outs and its retries are replaced by ours, since
    /// retries here know what may have taken effect and those of the SDK do not. Its credentials may
    /// take half a minute to load, however short an attempt is.
    #[must_use]
    pub fn new(sdk: SdkConfig) -> Self {
        let sdk = if sdk.http_client().is_some() {
            sdk
        } else {
            sdk.into_builder().http_client(http_client()).build()
        };
        let sdk = match sdk.credentials_provider() {
            None => sdk,
            Some(provider) => {
                let provider = SharedCredentialsProvider::new(Unhurried::new(provider));
                sdk.into_builder().credentials_provider(provider).build()
            }
        };
        Self {
            sdk,
            timeouts: Timeouts::default(),
        }
    }

    /// Uses this region.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        let region = Region::new(region.into());
        self.sdk = self.sdk.into_builder().region(region).build();
        self
    }

    /// Sends every call there, such as to an emulator, whatever the environment says.
    #[must_use]
    pub fn with_endpoint_url(mut self, url: impl Into<String>) -> Self {
        let mut sdk = self.sdk.into_builder().endpoint_url(url);
        // Else an endpoint for one service in the environment would go before it.
        sdk.insert_origin("endpoint_url", Origin::shared_config());
        self.sdk = sdk.build();
        self
    }

    /// Sends calls through this client: for a proxy, other certificates, or a test.
    #[must_use]
    pub fn with_http_client(mut self, client: impl HttpClient + 'static) -> Self {
        self.sdk = self.sdk.into_builder().http_client(client).build();
        self
    }

    /// Waits so long.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The region, if one is known.
    pub fn region(&self) -> Option<&str> {
        self.sdk.region().map(Region::as_ref)
    }

    /// How long is waited.
    pub fn timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    /// Where a service is, if it is not where AWS has it. The same choice as in the SDK's clients.
    #[cfg(feature = "s3")]
    pub(crate) fn endpoint(&self, service: &str) -> Option<String> {
        let of_the_service = || {
            let key = ServiceConfigKey::builder()
                .service_id(service)
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url")
                .build()
                .ok()?;
            self.sdk.service_config()?.load_config(key)
        };
        let of_all = self.sdk.endpoint_url().map(str::to_owned);
        if self.sdk.get_origin("endpoint_url").is_client_config() {
            of_all
        } else {
            of_the_service().or(of_all)
        }
    }

    /// The configuration of a client whose attempts may take so long.
    pub(crate) fn sdk(&self, attempt: Duration) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(self.timeouts.connect())
            .operation_attempt_timeout(attempt)
            .operation_timeout(attempt + CREDENTIALS_TIMEOUT)
            .build();
        let stalls = StalledStreamProtectionConfig::enabled()
            .grace_period(STALL_GRACE)
            .build();
        self.sdk
            .to_builder()
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(stalls)
            .build()
    }
}

impl fmt::Debug for AwsConfig {
    /// Shows neither credentials nor what may hold some, such as an endpoint with a user.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsConfig")
            .field("region", &self.region())
            .field("endpoint", &self.sdk.endpoint_url().map(without_user))
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

/// A URL without the user and password it may hold, and without what follows the host.
pub(crate) fn without_user(url: &str) -> String {
    let is_scheme =
        |(scheme, _): &(&str, &str)| scheme.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (scheme, rest) = url.split_once("://").filter(is_scheme).unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

fn http_client() -> SharedHttpClient {
    Builder::new()
        .pool_idle_timeout(POOL_IDLE)
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> AwsConfig {
        AwsConfig::new(SdkConfig::builder().build())
    }

    #[test]
    fn every_call_has_all_limits_and_no_retry_of_the_sdk() {
        let sdk = config().sdk(Duration::from_secs(7));
        let timeouts = sdk.timeout_config().unwrap();
        assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(3)));
        assert_eq!(
            timeouts.operation_attempt_timeout(),
            Some(Duration::from_secs(7))
        );
        assert!(timeouts.operation_timeout() > Some(Duration::from_secs(7)));
        assert_eq!(sdk.retry_config().map(RetryConfig::max_attempts), Some(1));
        assert!(sdk.stalled_stream_protection().unwrap().is_enabled());
    }

    #[test]
    fn debug_shows_no_secret() {
        let config =
            config().with_endpoint_url("https://user:hunter2@example.org:1/path?token=abc");
        let shown = format!("{config:?}");
        assert!(shown.contains("https://example.org:1"), "{shown}");
        for secret in ["hunter2", "abc", "user:"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn a_url_is_shown_without_its_user() {
        for (url, shown) in [
            ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
            ("https://a:b@c.d/e?f=g", "https://c.d"),
            ("https://a:b@x@c.d", "https://c.d"),
            ("no url", "://no url"),
            ("a:hunter2@b://c", "://b:"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }
}
