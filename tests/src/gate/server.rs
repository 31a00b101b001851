//! The gate itself.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use super::counts::Counts;
use super::line::Line;
use super::orders::Orders;
use super::rule::Rule;
use super::upstream::Upstream;
use crate::door::{Doorman, Doorway, host_and_port, leading_to};

/// A proxy of HTTP on loopback, to put between clients of AWS and what stands for AWS, and then to
/// break.
///
/// It works in the background of the runtime it is started on, until it is dropped; its connections
/// are closed then, and what was to arrive later never does.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use beehive_tests::gate::{Fault, Gate, Rule, Service};
///
/// let (gate, url) = Gate::in_front_of("http://127.0.0.1:4566", 42).await?;
/// // Give `AWS_ENDPOINT_URL={url}` to a process, and then:
/// gate.set([
///     Rule::new(Fault::Throttle).with_share(0.1),
///     Rule::new(Fault::Swallow)
///         .with_share(0.1)
///         .with_services([Service::DynamoDb]),
/// ]);
/// gate.until(|counts| counts.hits_by(Fault::Swallow).writes >= 20)
///     .await;
/// gate.heal().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Gate {
    doorman: Doorman,
    orders: Arc<Orders>,
}

impl Gate {
    /// Starts a gate to the host and port of a URL, and returns it with the URL that leads through
    /// it. What meets which fault comes from the seed.
    ///
    /// # Errors
    /// The URL is not one of HTTP with host and port, or there is no port for the gate.
    pub async fn in_front_of(url: &str, seed: u64) -> io::Result<(Self, String)> {
        if !url.starts_with("http://") {
            let why = format!("a gate passes on plain HTTP only, and not {url}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let service = host_and_port(url)?;
        let orders = Arc::new(Orders::new(Upstream::new(service)?, seed));
        let seen = Arc::clone(&orders);
        let doorman = Doorman::start(move |client| Line::new(client, &seen).run())?;
        let through = leading_to(url, service, doorman.address());
        Ok((Self { doorman, orders }, through))
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.doorman.address()
    }

    /// From now on these rules hold, and no others. The first that concerns a request gets its share
    /// first.
    pub fn set(&self, rules: impl IntoIterator<Item = Rule>) {
        self.orders.set(rules.into_iter().collect());
    }

    /// Ends all rules. What is delayed arrives now, connections that hang are reset, and new ones are
    /// accepted.
    ///
    /// # Errors
    /// The gate has ended.
    pub async fn heal(&self) -> io::Result<()> {
        self.orders.heal();
        self.accept().await
    }

    /// Resets all connections that are there: RST, not FIN. What was asked on them may be done
    /// nevertheless.
    pub fn reset_all(&self) {
        self.orders.reset();
    }

    /// Refuses new connections from now on. Those that are there stay.
    ///
    /// # Errors
    /// The gate has ended.
    pub async fn refuse(&self) -> io::Result<()> {
        self.doorman.turn(Doorway::Shut).await
    }

    /// Accepts connections again.
    ///
    /// # Errors
    /// The gate has ended.
    pub async fn accept(&self) -> io::Result<()> {
        self.doorman.turn(Doorway::Open).await
    }

    /// What went through until now, and what did not.
    pub fn counts(&self) -> Counts {
        self.orders.counts.borrow().clone()
    }

    /// Waits until the counts are as asked.
    pub async fn until(&self, mut reached: impl FnMut(&Counts) -> bool + Send) {
        let mut counts = self.orders.counts.subscribe();
        // The sender is ours, so there is always another change to wait for.
        let _ = counts.wait_for(|counts| reached(counts)).await;
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.orders.over.cancel();
    }
}
