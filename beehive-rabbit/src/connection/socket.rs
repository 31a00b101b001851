//! A hold on the socket that the driver's thread reads.

use std::io;
use std::net::Shutdown;
use std::sync::{Arc, Mutex, PoisonError};

use super::Obstacle;

/// A hold on the socket that the driver's thread reads. Cutting it ends that thread, whatever it
/// waits for: the driver itself waits for ever for a broker that accepts and says nothing, and, on a
/// blocked connection, to close it.
///
/// Cuts when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Socket(Arc<Slot>);

/// Where the driver's thread leaves the socket.
#[derive(Debug, Default)]
pub(super) struct Slot(Mutex<Hold>);

#[derive(Debug, Default)]
enum Hold {
    #[default]
    None,
    Open(std::net::TcpStream),
    Cut,
}

impl Socket {
    pub(super) fn slot(&self) -> Arc<Slot> {
        Arc::clone(&self.0)
    }

    /// Ends the connection at once, or the try to make one.
    pub(super) fn cut(&self) {
        let mut hold = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Hold::Open(stream) = std::mem::replace(&mut *hold, Hold::Cut) {
            // Fails only if the other side was faster.
            stream.shutdown(Shutdown::Both).ok();
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.cut();
    }
}

impl Slot {
    /// Takes hold of a new connection, unless it is not wanted any more.
    pub(super) fn fill(&self, stream: &tokio::net::TcpStream) -> io::Result<()> {
        let twin = twin(stream)?;
        let mut hold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*hold, Hold::Cut) {
            return Err(Obstacle::GivenUp.into());
        }
        *hold = Hold::Open(twin);
        Ok(())
    }
}

#[cfg(unix)]
fn twin(stream: &tokio::net::TcpStream) -> io::Result<std::net::TcpStream> {
    use std::os::fd::AsFd as _;
    Ok(stream.as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn twin(stream: &tokio::net::TcpStream) -> io::Result<std::net::TcpStream> {
    use std::os::windows::io::AsSocket as _;
    Ok(stream.as_socket().try_clone_to_owned()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::{TcpListener, TcpStream};

    async fn pair() -> (TcpStream, TcpStream) {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(server.local_addr().unwrap())
            .await
            .unwrap();
        (client, server.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn dropping_the_hold_ends_the_connection_on_both_sides() {
        let (mut ours, mut theirs) = pair().await;
        let socket = Socket::default();
        socket.slot().fill(&ours).unwrap();
        drop(socket);
        assert_eq!(ours.read(&mut [0]).await.unwrap(), 0);
        assert_eq!(theirs.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_connection_that_comes_too_late_is_refused() {
        let (ours, _theirs) = pair().await;
        let socket = Socket::default();
        let slot = socket.slot();
        socket.cut();
        assert!(slot.fill(&ours).is_err());
    }
}
