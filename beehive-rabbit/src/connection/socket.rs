//! A hold on the socket that the driver's thread reads.

use std::io;
use std::net::{Shutdown, TcpStream};

/// A hold on the socket that the driver's thread reads. Cutting it ends that thread, whatever it
/// waits for: the driver itself waits for ever for a broker that accepts and says nothing, and, on a
/// blocked connection, to close it.
///
/// Cuts when it is dropped.
#[derive(Debug)]
pub(super) struct Socket(TcpStream);

impl Socket {
    /// A hold on this connection's socket.
    pub(super) fn of(stream: &tokio::net::TcpStream) -> io::Result<Self> {
        twin(stream).map(Self)
    }

    /// Ends the connection at once.
    pub(super) fn cut(&self) {
        // Fails only if it has ended already.
        self.0.shutdown(Shutdown::Both).ok();
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.cut();
    }
}

#[cfg(unix)]
fn twin(stream: &tokio::net::TcpStream) -> io::Result<TcpStream> {
    use std::os::fd::AsFd as _;
    Ok(stream.as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn twin(stream: &tokio::net::TcpStream) -> io::Result<TcpStream> {
    use std::os::windows::io::AsSocket as _;
    Ok(stream.as_socket().try_clone_to_owned()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn dropping_the_hold_ends_the_connection_on_both_sides() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let mut ours = tokio::net::TcpStream::connect(address).await.unwrap();
        let (mut theirs, _) = server.accept().await.unwrap();
        drop(Socket::of(&ours).unwrap());
        assert_eq!(ours.read(&mut [0]).await.unwrap(), 0);
        assert_eq!(theirs.read(&mut [0]).await.unwrap(), 0);
    }
}
