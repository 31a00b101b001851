//! One connection through the proxy.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::faults::Faults;
use super::passage::Direction;
use super::pump::{Broken, pump};

/// The service is on this machine: it answers at once, or not at all.
const CONNECT: Duration = Duration::from_secs(5);

/// A client that was accepted, and what there is of its connection.
pub(super) struct Relay {
    client: TcpStream,
    resets: watch::Receiver<u64>,
    faults: Arc<Faults>,
}

impl Relay {
    /// Counts the client in. Whoever sees the count can break the connection.
    pub(super) fn new(client: TcpStream, faults: Arc<Faults>) -> Self {
        let resets = faults.resets();
        faults.counts.send_modify(|counts| {
            counts.accepted += 1;
            counts.open += 1;
        });
        Self {
            client,
            resets,
            faults,
        }
    }

    /// Connects the client with the service until both are done, or the connection breaks.
    pub(super) async fn run(mut self, service: String) {
        let connecting = timeout(CONNECT, TcpStream::connect(service));
        let mut service = tokio::select! {
            connected = connecting => match connected {
                Ok(Ok(service)) => service,
                Ok(Err(_)) | Err(_) => return reset(&self.client),
            },
            _ = self.resets.changed() => return reset(&self.client),
        };
        // Small frames go out as they came, so that a fault hits what the test thinks it hits. A
        // socket that cannot be told is at its end, which the pumps find out.
        let _ = self.client.set_nodelay(true);
        let _ = service.set_nodelay(true);
        let end = {
            let (from_client, to_client) = self.client.split();
            let (from_service, to_service) = service.split();
            tokio::select! {
                end = async { tokio::try_join!(
                    pump(from_client, to_service, Direction::ToService, &self.faults),
                    pump(from_service, to_client, Direction::ToClient, &self.faults),
                ) } => end.map(drop),
                _ = self.resets.changed() => Err(Broken),
            }
        };
        if end == Err(Broken) {
            reset(&self.client);
            reset(&service);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.faults.counts.send_modify(|counts| counts.open -= 1);
    }
}

/// Lets a socket end with RST instead of FIN when it is dropped.
fn reset(socket: &TcpStream) {
    // One that is gone already needs no end.
    let _ = socket.set_zero_linger();
}
