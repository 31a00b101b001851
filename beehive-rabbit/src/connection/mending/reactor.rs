//! The driver's runtime, with connections that are mended.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use async_rs::Tokio;
use async_rs::traits::Reactor;
use async_rs::util::RuntimeParts;
use futures_core::Stream;
use futures_util::io::{AsyncRead, AsyncWrite};

use super::MendedStream;

/// A socket as the driver has it from tokio.
pub(super) type Socket = <Tokio as Reactor>::TcpStream;

/// The driver's runtime.
pub(in crate::connection) type Runtime = async_rs::Runtime<RuntimeParts<Tokio, Mending>>;

/// tokio, but for the type of a connection.
#[derive(Clone, Debug)]
pub(in crate::connection) struct Mending(Tokio);

/// The driver's runtime, which is the current one.
pub(in crate::connection) fn runtime() -> Runtime {
    let tokio = Tokio::current();
    Runtime::new(RuntimeParts::new(tokio.clone(), Mending(tokio)))
}

impl Reactor for Mending {
    type TcpStream = MendedStream;
    type Sleep = <Tokio as Reactor>::Sleep;

    /// For sockets that are there already, of which the driver has none.
    fn register<H: Read + Write + Send + 'static>(
        &self,
        _: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Err::<MendedStream, _>(io::ErrorKind::Unsupported.into())
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        self.0.interval(duration)
    }

    /// The driver is given its connections, and makes none itself.
    fn tcp_connect_addr(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send + 'static {
        let connected = self.0.tcp_connect_addr(address);
        async move {
            let stream = lapin::tcp::AsyncTcpStream::Plain(connected.await?);
            Ok(MendedStream::new(stream))
        }
    }
}
