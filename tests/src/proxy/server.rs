//! The proxy itself.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use super::counts::Counts;
use super::door::{Door, Doorway};
use super::faults::Faults;
use super::passage::{Direction, Passage};
use super::relay::Relay;

/// A TCP proxy on loopback, to put between a client and its service and then break.
///
/// It works in the background of the runtime it is started on, until it is dropped; its connections
/// are closed then.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use beehive_tests::proxy::{Passage, Proxy};
/// use tokio::net::{TcpListener, TcpStream};
///
/// let service = TcpListener::bind("127.0.0.1:0").await?;
/// let proxy = Proxy::start(service.local_addr()?.to_string()).await?;
/// let client = TcpStream::connect(proxy.address()).await?;
/// proxy.accepted(1).await;
/// // The network is gone, and nobody is told.
/// proxy.set_both(Passage::BlackHole);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    faults: Arc<Faults>,
    turns: mpsc::Sender<Turn>,
    server: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy to this address, such as `127.0.0.1:5672`.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start(service: impl Into<String>) -> io::Result<Self> {
        let door = Door::open()?;
        let address = door.address()?;
        let faults = Arc::new(Faults::none());
        let (turns, to_turn) = mpsc::channel(1);
        let server = tokio::spawn(serve(door, service.into(), Arc::clone(&faults), to_turn));
        Ok(Self {
            address,
            faults,
            turns,
            server,
        })
    }

    /// Starts a proxy to the host and port of a URL, and returns it with the URL that leads through
    /// it.
    ///
    /// # Errors
    /// The URL has no host and port, or there is no port for the proxy.
    pub async fn in_front_of(url: &str) -> io::Result<(Self, String)> {
        let service = host_and_port(url).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("no host and port in {url}"),
            )
        })?;
        let proxy = Self::start(service).await?;
        let through = url.replacen(service, &proxy.address.to_string(), 1);
        Ok((proxy, through))
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, bytes of this direction fare so, on all connections.
    pub fn set(&self, direction: Direction, passage: Passage) {
        self.faults.set(direction, passage);
    }

    /// From now on, bytes of both directions fare so, on all connections.
    pub fn set_both(&self, passage: Passage) {
        for direction in Direction::BOTH {
            self.set(direction, passage);
        }
    }

    /// Resets all connections that are there, on both sides: RST, not FIN. What was on its way is
    /// lost.
    pub fn reset_all(&self) {
        self.faults.reset();
    }

    /// Refuses new connections from now on. Those that are there stay.
    ///
    /// # Errors
    /// The proxy has ended.
    pub async fn refuse(&self) -> io::Result<()> {
        self.turn(Doorway::Shut).await
    }

    /// Accepts connections again.
    ///
    /// # Errors
    /// The proxy has ended.
    pub async fn accept(&self) -> io::Result<()> {
        self.turn(Doorway::Open).await
    }

    /// What went through until now.
    pub fn counts(&self) -> Counts {
        *self.faults.counts.borrow()
    }

    /// Waits until so many connections have been made, since the start.
    pub async fn accepted(&self, count: u64) {
        self.until(|counts| counts.accepted >= count).await;
    }

    /// Waits until the counts are as asked.
    pub async fn until(&self, mut reached: impl FnMut(&Counts) -> bool + Send) {
        let mut counts = self.faults.counts.subscribe();
        // The sender is ours, so there is always another change to wait for.
        let _ = counts.wait_for(|counts| reached(counts)).await;
    }

    /// Has the door turned, and waits until it is.
    async fn turn(&self, door: Doorway) -> io::Result<()> {
        let ended = "the proxy has ended: it could not keep its port";
        let (done, is_done) = oneshot::channel();
        let turn = Turn { door, done };
        let sent = self.turns.send(turn).await;
        sent.map_err(|_| io::Error::other(ended))?;
        is_done.await.map_err(|_| io::Error::other(ended))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// An order to open or to shut the door.
#[derive(Debug)]
struct Turn {
    door: Doorway,
    done: oneshot::Sender<()>,
}

async fn serve(
    mut door: Door,
    service: String,
    faults: Arc<Faults>,
    mut turns: mpsc::Receiver<Turn>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            turn = turns.recv() => {
                let Some(turn) = turn else { return };
                let Ok(turned) = door.turned(turn.door) else { return };
                door = turned;
                // Whoever asked may have stopped waiting.
                let _ = turn.done.send(());
            }
            client = door.client() => {
                // One that has gone before it was accepted is no concern of ours.
                if let Ok(client) = client {
                    connections.spawn(Relay::new(client, Arc::clone(&faults)).run(service.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The `host:port` of a URL.
fn host_and_port(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let (_, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    place.contains(':').then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_url_is_found() {
        for (url, expected) in [
            ("amqp://a:b@127.0.0.1:5672/%2f", Some("127.0.0.1:5672")),
            ("amqps://localhost:5671", Some("localhost:5671")),
            ("http://h:1?a=b@c:2", Some("h:1")),
            ("amqp://localhost/", None),
            ("localhost:1", None),
        ] {
            assert_eq!(host_and_port(url), expected, "{url}");
        }
    }
}
