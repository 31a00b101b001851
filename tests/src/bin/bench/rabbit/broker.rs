//! The broker that everything runs against.

use beehive_tests::services::{self, BrokerOptions};
use lapin::uri::AMQPUri;

use crate::Result;
use crate::companion::Companion;
use crate::machine::Usage;

/// A broker, of this run alone unless the environment names one.
#[derive(Debug)]
pub(super) struct Broker {
    url: String,
    process: Option<Companion>,
    /// Removed with the rest.
    _node: Option<services::Broker>,
}

impl Broker {
    /// The one at `AMQP_URL`; a new one where that is not set.
    pub(super) async fn find_or_start() -> Result<Self> {
        if let Some(url) = services::shared_broker() {
            return Self::at(url, None);
        }
        let node = services::Broker::start(BrokerOptions::default()).await?;
        Self::at(node.url().into(), Some(node))
    }

    /// The one that another process of this benchmark has found or started.
    pub(super) fn of_another(url: &str) -> Result<Self> {
        Self::at(url.into(), None)
    }

    fn at(url: String, node: Option<services::Broker>) -> Result<Self> {
        let uri: AMQPUri = url.parse()?;
        let authority = &uri.authority;
        let is_here = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(&&*authority.host);
        let process = if is_here {
            Companion::listening(authority.port)?
        } else {
            None
        };
        Ok(Self {
            url,
            process,
            _node: node,
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Whether its processor time can be told from that of strangers.
    pub(super) fn is_watched(&self) -> bool {
        self.process.is_some()
    }

    /// What has been used until now, the broker's share apart.
    pub(super) fn usage(&self) -> Result<Usage> {
        Usage::beside(self.process)
    }
}
