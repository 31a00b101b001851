//! One try to connect.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use futures_util::io::{AsyncRead, AsyncWrite};
use lapin::auth::AuthProvider;
use lapin::tcp::AsyncTcpStream;
use lapin::types::{LongString, ShortString};
use lapin::uri::{
    AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo, SASLMechanism,
};
use lapin::{Connection, ConnectionProperties};
use tokio::time::{Instant, timeout_at};
use tracing::dispatcher;

use super::cause::Cause;
use super::obstacle::Stage;
use super::socket::Socket;
use super::{Obstacle, unframed};
#[cfg(feature = "tls")]
use crate::config::TlsFiles;
use crate::config::{Credentials, RabbitConfig, Server, Transport};

/// A connection and the hold on its socket.
pub(super) struct Dialled {
    pub(super) connection: Connection,
    pub(super) socket: Socket,
}

/// Tries to connect, within the connect time-out.
///
/// # Cancel safety
/// When it is dropped, so is what there was of the connection.
pub(super) async fn dial(
    config: &RabbitConfig,
    server: &Server,
    role: &'static str,
) -> Result<Dialled, Cause> {
    let deadline = Instant::now() + config.connect_timeout;
    let credentials = if config.mechanism == SASLMechanism::External {
        Credentials::new("", "")
    } else {
        timeout_at(deadline, config.login.credentials())
            .await
            .map_err(|_| Cause::temporary("the provider of credentials does not answer"))?
            .map_err(Cause::of_provider)?
    };
    let user = credentials.user().to_owned();
    with_credentials(config, server, role, credentials, deadline)
        .await
        .map_err(|cause| {
            let cause = cause.with("server", server).with("vhost", &config.vhost);
            if user.is_empty() {
                cause
            } else {
                cause.with("user", user)
            }
        })
}

async fn with_credentials(
    config: &RabbitConfig,
    server: &Server,
    role: &'static str,
    credentials: Credentials,
    deadline: Instant,
) -> Result<Dialled, Cause> {
    let runtime = lapin::runtime::default_runtime().map_err(Cause::of)?;
    let road = Road {
        server,
        #[cfg(feature = "tls")]
        tls: &config.tls,
        deadline,
    };
    // Here and not within the driver, which leaves a task behind whenever this fails.
    let mut failure = Obstacle::Unresolved(io::ErrorKind::AddrNotAvailable.into());
    let mut stream = None;
    for (address, deadline) in road.addresses().await? {
        match timeout_at(deadline, AsyncTcpStream::connect(&runtime, address)).await {
            Ok(Ok(connected)) => {
                stream = Some(connected);
                break;
            }
            Ok(Err(error)) => failure = Obstacle::Unreachable(error),
            Err(_) => failure = Obstacle::TimedOut(Stage::Connect),
        }
    }
    let stream = stream.ok_or(failure)?;
    let AsyncTcpStream::Plain(plain) = &stream else {
        return Err(Obstacle::Strange.into());
    };
    let socket = Socket::of(plain.get_ref()).map_err(Obstacle::Unreachable)?;
    let stream = Mutex::new(Some(road.secured(stream).await?));
    let log = dispatcher::get_default(Clone::clone);
    let handshake = Connection::connector(
        uri(config, server, &credentials),
        runtime,
        // Runs on the driver's own thread.
        async move |_, _| {
            unframed::install(&log);
            let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
            Ok(stream.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))?)
        },
        properties(config, role, credentials),
    );
    let connection = timeout_at(deadline, handshake)
        .await
        .map_err(|_| {
            Cause::temporary(
                "the broker accepted the connection and did not answer in time; is the port right?",
            )
        })?
        .map_err(Cause::of_handshake)?;
    Ok(Dialled { connection, socket })
}

/// What the driver needs to know of the URL. The password is not part of it.
fn uri(config: &RabbitConfig, server: &Server, credentials: &Credentials) -> AMQPUri {
    AMQPUri {
        scheme: match server.transport {
            Transport::Plain => AMQPScheme::AMQP,
            Transport::Tls => AMQPScheme::AMQPS,
        },
        authority: AMQPAuthority {
            userinfo: AMQPUserInfo {
                username: credentials.user().to_owned(),
                password: String::new(),
            },
            host: server.host.clone(),
            port: server.port,
        },
        vhost: config.vhost.clone(),
        query: AMQPQueryString {
            frame_max: config.frame_max,
            channel_max: config.channel_max.map(Into::into),
            heartbeat: u16::try_from(config.heartbeat.as_secs()).ok(),
            connection_timeout: None,
            auth_mechanism: Some(config.mechanism),
        },
    }
}

fn properties(
    config: &RabbitConfig,
    role: &'static str,
    credentials: Credentials,
) -> ConnectionProperties {
    ConnectionProperties::default()
        .with_client_property("product".into(), "beehive".into())
        .with_client_property("version".into(), env!("CARGO_PKG_VERSION").into())
        .with_connection_name(format!("{} {role}", config.connection_name).into())
        .with_auth_provider(Proof {
            mechanism: config.mechanism,
            credentials,
        })
}

/// What we show to log in.
struct Proof {
    mechanism: SASLMechanism,
    credentials: Credentials,
}

impl AuthProvider for Proof {
    fn mechanism(&self) -> ShortString {
        self.mechanism.name().into()
    }

    fn auth_starter(&self) -> Result<LongString, String> {
        // With a client certificate, that says who we are.
        if self.mechanism == SASLMechanism::External {
            return Ok(LongString::default());
        }
        let (user, password) = (self.credentials.user(), self.credentials.password());
        Ok(format!("\0{user}\0{password}").into())
    }
}

/// The way to the broker, up to where the driver takes over.
struct Road<'a> {
    server: &'a Server,
    #[cfg(feature = "tls")]
    tls: &'a TlsFiles,
    deadline: Instant,
}

impl Road<'_> {
    /// The addresses of the host, each with the end of its share of the time.
    async fn addresses(
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
    async fn secured<S>(&self, stream: AsyncTcpStream<S>) -> Result<AsyncTcpStream<S>, Obstacle>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        if self.server.transport == Transport::Plain {
            return Ok(stream);
        }
        let files = self.tls.clone();
        let secured = async {
            let connector = tokio::task::spawn_blocking(move || super::tls::connector(&files))
                .await
                .map_err(|error| Obstacle::Tls(io::Error::other(error)))?
                .map_err(Obstacle::TlsFiles)?;
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
    async fn secured<S>(&self, stream: AsyncTcpStream<S>) -> Result<AsyncTcpStream<S>, Obstacle>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match self.server.transport {
            Transport::Plain => Ok(stream),
            Transport::Tls => Err(Obstacle::NoTls),
        }
    }
}
