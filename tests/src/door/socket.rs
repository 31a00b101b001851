//! A socket that can be shut, and keeps its address meanwhile.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Connections that wait to be accepted.
const BACKLOG: u32 = 128;

/// How the door shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doorway {
    Open,
    Shut,
}

/// A socket on an address of its own.
pub(super) enum Door {
    Open(TcpListener),
    /// Bound, so that nobody else gets the port, and not listening, so that clients are refused.
    Shut(TcpSocket),
}

impl Door {
    pub(super) fn open() -> io::Result<Self> {
        let socket = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(Self::Open(socket.listen(BACKLOG)?))
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Open(listener) => listener.local_addr(),
            Self::Shut(socket) => socket.local_addr(),
        }
    }

    /// The next client; for ever none while the door is shut.
    pub(super) async fn client(&self) -> io::Result<TcpStream> {
        match self {
            Self::Open(listener) => listener.accept().await.map(|(client, _)| client),
            Self::Shut(_) => pending().await,
        }
    }

    /// The door turned so. A listener cannot be told to stop, so it is replaced.
    pub(super) fn turned(self, door: Doorway) -> io::Result<Self> {
        match (self, door) {
            (Self::Shut(socket), Doorway::Open) => Ok(Self::Open(socket.listen(BACKLOG)?)),
            (Self::Open(listener), Doorway::Shut) => {
                let address = listener.local_addr()?;
                drop(listener);
                Ok(Self::Shut(bound(address)?))
            }
            (as_it_is, _) => Ok(as_it_is),
        }
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections that were accepted at this address may still be there.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
