//! The emulator that everything runs against, and how both programs reach it.

use std::env;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use beehive_aws::AwsConfig;
use beehive_tests::services::aws::Emulator;

use super::counted::{Counted, Requests};
use super::processor;
use crate::Result;
use crate::companion::Companion;
use crate::machine::{Usage, Used};

/// What stands for AWS.
#[derive(Debug)]
pub(super) struct Cloud {
    /// What ours is configured with.
    pub(super) ours: AwsConfig,
    /// What a program by hand is configured with.
    pub(super) bare: SdkConfig,
    /// For what prepares and looks after the runs: neither counted nor slowed.
    pub(super) control: SdkConfig,
    wire: Counted,
    processes: Option<Companion>,
}

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) used: Used,
    pub(super) requests: Requests,
}

/// The moment at which a run began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    usage: Usage,
    processor: Duration,
}

impl Cloud {
    /// What the environment leads to, each of whose answers takes so much longer.
    pub(super) async fn find(away: Duration) -> Result<Self> {
        let wire = || {
            HttpBuilder::new()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .build_https()
        };
        let counted = Counted::new(wire(), away);
        let sdk = aws_config::defaults(BehaviorVersion::latest());
        let sdk = sdk.http_client(wire()).load().await;
        let bare = sdk.to_builder().http_client(counted.clone()).build();
        let ours = Emulator::Whole.config().await;
        Ok(Self {
            ours: ours.with_http_client(counted.clone()),
            bare,
            control: sdk,
            wire: counted,
            processes: processes()?,
        })
    }

    /// Whether the processor time of the emulator can be told from that of strangers.
    pub(super) fn is_watched(&self) -> bool {
        self.processes.is_some()
    }

    /// Begins to count requests.
    pub(super) fn count(&self) {
        self.wire.take();
    }

    /// Begins to measure.
    pub(super) fn begin(&self) -> Result<Begun> {
        Ok(Begun {
            usage: Usage::beside(self.processes)?,
            processor: processor::used()?,
        })
    }

    /// What was used since then, and the requests since they are counted.
    pub(super) fn end(&self, begun: Begun) -> Result<Taken> {
        let own = processor::used()?.saturating_sub(begun.processor);
        let used = begun.usage.until_now()?;
        Ok(Taken {
            used: Used { own, ..used },
            requests: self.wire.take(),
        })
    }
}

/// The processes of the emulator, if they are ours to look at.
fn processes() -> Result<Option<Companion>> {
    let mut processes: Option<Companion> = None;
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"] {
        let Some(port) = env::var(variable).ok().as_deref().and_then(local_port) else {
            continue;
        };
        let found = Companion::listening(port)?;
        processes = match (processes, found) {
            (Some(one), Some(other)) => Some(one.and(other)),
            (one, other) => one.or(other),
        };
    }
    Ok(processes)
}

/// The port of a URL that leads to this machine.
fn local_port(url: &str) -> Option<u16> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let (host, port) = authority.rsplit_once(':')?;
    let is_here = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
    port.parse().ok().filter(|_| is_here)
}
