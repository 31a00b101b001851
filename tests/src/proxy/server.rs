//! The proxy itself.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use super::counts::Counts;
use super::faults::Faults;
use super::passage::{Direction, Passage};
use super::relay::Relay;
use crate::door::{Doorman, Doorway, host_and_port, leading_to};

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
    doorman: Doorman,
    faults: Arc<Faults>,
}

impl Proxy {
    /// Starts a proxy to this address, such as `127.0.0.1:5672`.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start(service: impl Into<String>) -> io::Result<Self> {
        let (service, faults) = (service.into(), Arc::new(Faults::none()));
        let seen = Arc::clone(&faults);
        let doorman = Doorman::start(move |client| {
            Relay::new(client, Arc::clone(&seen)).run(service.clone())
        })?;
        Ok(Self { doorman, faults })
    }

    /// Starts a proxy to the host and port of a URL, and returns it with the URL that leads through
    /// it.
    ///
    /// # Errors
    /// The URL has no host and port, or there is no port for the proxy.
    pub async fn in_front_of(url: &str) -> io::Result<(Self, String)> {
        let service = host_and_port(url)?;
        let proxy = Self::start(service).await?;
        let through = leading_to(url, service, proxy.address());
        Ok((proxy, through))
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.doorman.address()
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
        self.doorman.turn(Doorway::Shut).await
    }

    /// Accepts connections again.
    ///
    /// # Errors
    /// The proxy has ended.
    pub async fn accept(&self) -> io::Result<()> {
        self.doorman.turn(Doorway::Open).await
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
}
