//! One connection of a client.

use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::ending::Ending;
use super::orders::Orders;
use super::passage::pass;

/// A client that was accepted.
pub(super) struct Line {
    client: TcpStream,
    resets: watch::Receiver<u64>,
    inside: Inside,
}

/// As long as it is there, the client counts as open.
struct Inside(Arc<Orders>);

impl Line {
    /// Counts the client in. Whoever sees the count can reset the connection.
    pub(super) fn new(client: TcpStream, orders: &Arc<Orders>) -> Self {
        let resets = orders.resets();
        orders.counts.send_modify(|counts| {
            counts.accepted += 1;
            counts.open += 1;
        });
        Self {
            client,
            resets,
            inside: Inside(Arc::clone(orders)),
        }
    }

    /// Passes on one request after the other, until the connection ends.
    pub(super) async fn run(mut self) {
        // A socket that cannot be told is at its end, which is found out next.
        let _ = self.client.set_nodelay(true);
        let Inside(orders) = &self.inside;
        let service = service_fn(|request| pass(Arc::clone(orders), request));
        let mut serving =
            http1::Builder::new().serve_connection(TokioIo::new(self.client), service);
        let ending = tokio::select! {
            served = &mut serving => served.err().and_then(|error| Ending::behind(&error)),
            _ = self.resets.changed() => Some(Ending::Reset),
        };
        if ending == Some(Ending::Reset) {
            // One that is gone already needs no end.
            let _ = serving.into_parts().io.into_inner().set_zero_linger();
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.counts.send_modify(|counts| counts.open -= 1);
    }
}
