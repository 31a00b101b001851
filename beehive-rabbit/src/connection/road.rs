//! The way to the broker, up to where the driver takes over.

use std::net::SocketAddr;
#[cfg(feature = "tls")]
use std::sync::{Arc, OnceLock};

use futures_util::io::{AsyncRead, AsyncWrite};
use lapin::tcp::AsyncTcpStream;
use tokio::time::{Instant, timeout_at};

use super::Obstacle;
use super::obstacle::Stage;
#[cfg(feature = "tls")]
use super::tls::{self, Introduction};
#[cfg(feature = "tls")]
use crate::config::TlsFiles;
use crate::config::{RabbitConfig, Server, Transport};

/// The way to the broker, up to where the driver takes over.
pub(super) struct Road<'a> {
    server: &'a Server,
    deadline: Instant,
    #[cfg(feature = "tls")]
    tls: &'a TlsFiles,
    /// What was asked of us on the way.
    #[cfg(feature = "tls")]
    introduction: OnceLock<Arc<Introduction>>,
}

impl<'a> Road<'a> {
    #[cfg_attr(
        not(feature = "tls"),
        expect(unused_variables, reason = "only TLS has settings here")
    )]
    pub(super) fn new(config: &'a RabbitConfig, server: &'a Server, deadline: Instant) -> Self {
        Self {
            server,
            deadline,
            #[cfg(feature = "tls")]
            tls: &config.tls,
            #[cfg(feature = "tls")]
            introduction: OnceLock::new(),
        }
    }

    /// Why the broker probably ended the connection if it did so without a word.
    #[cfg_attr(
        not(feature = "tls"),
        expect(clippy::unused_self, reason = "only TLS gives reason to")
    )]
    pub(super) fn doubt(&self) -> Option<&'static str> {
        #[cfg(feature = "tls")]
        return self.introduction.get()?.doubt();
        #[cfg(not(feature = "tls"))]
        None
    }

    /// The addresses of the host, each with the end of its share of the time.
    pub(super) async fn addresses(
        &self,
    ) -> Result<impl Iterator<Item = (SocketAddr, Instant)> + use<>, Obstacle> {
        let host = (self.server.host.as_str(), self.server.port);
        let addresses: Vec<_> = timeout_at(self.deadline, tokio::net::lookup_host(host))
            .await
            .map_err(|_| Obstacle::TimedOut(Stage::Resolve))?
            .map_err(Obstacle::Unresolved)?
            .collect();
        let deadline = self.deadline;
        let count = addresses.len();
        let shared = move |(position, address)| {
            let now = Instant::now();
            let share = u32::try_from(count - position).unwrap_or(u32::MAX);
            let time = deadline.saturating_duration_since(now) / share;
            (address, now + time)
        };
        Ok(addresses.into_iter().enumerate().map(shared))
    }

    /// With TLS around it, if the URL asks for it.
    #[cfg(feature = "tls")]
    pub(super) async fn secured<S>(
        &self,
        stream: AsyncTcpStream<S>,
    ) -> Result<AsyncTcpStream<S>, Obstacle>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        if self.server.transport == Transport::Plain {
            return Ok(stream);
        }
        let files = self.tls.clone();
        let secured = async {
            let (connector, introduction) =
                tokio::task::spawn_blocking(move || tls::connector(&files))
                    .await
                    .map_err(|error| Obstacle::Tls(std::io::Error::other(error)))?
                    .map_err(Obstacle::TlsFiles)?;
            // Nothing was there before: a road is gone once.
            self.introduction.set(introduction).ok();
            let handshake = stream.into_rustls(&connector, &self.server.host);
            handshake.await.map_err(Obstacle::Tls)
        };
        timeout_at(self.deadline, secured)
            .await
            .map_err(|_| Obstacle::TimedOut(Stage::Tls))?
    }

    /// The configuration was refused; and were it not, nothing must go out in plaintext, as it
    /// would without a word from the driver.
    #[cfg(not(feature = "tls"))]
    pub(super) async fn secured<S>(
        &self,
        stream: AsyncTcpStream<S>,
    ) -> Result<AsyncTcpStream<S>, Obstacle>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match self.server.transport {
            Transport::Plain => Ok(stream),
            Transport::Tls => Err(Obstacle::NoTls),
        }
    }
}
