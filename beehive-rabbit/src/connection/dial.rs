//! One try to connect.

use std::io;
use std::sync::{Mutex, PoisonError};

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
use super::mending::{MendedStream, runtime};
use super::obstacle::Stage;
use super::road::Road;
use super::socket::Socket;
use super::{Obstacle, muted};
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
    let tokio = lapin::runtime::default_runtime().map_err(Cause::of)?;
    let road = Road::new(config, server, deadline);
    // Here and not within the driver, which leaves a task behind whenever this fails.
    let mut failure = Obstacle::Unresolved(io::ErrorKind::AddrNotAvailable.into());
    let mut stream = None;
    for (address, deadline) in road.addresses().await? {
        match timeout_at(deadline, AsyncTcpStream::connect(&tokio, address)).await {
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
    let stream = MendedStream::new(road.secured(stream).await?);
    let stream = Mutex::new(Some(AsyncTcpStream::Plain(stream)));
    let log = dispatcher::get_default(Clone::clone);
    let handshake = Connection::connector(
        uri(config, server, &credentials),
        runtime(),
        // Runs on the driver's own thread.
        async move |_, _| {
            muted::install(&log);
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
        .map_err(|error| Cause::of_handshake(error, road.doubt()))?;
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
