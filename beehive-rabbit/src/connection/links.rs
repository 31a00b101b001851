//! All connections of one queue: publishing and consuming apart.

use std::sync::{Arc, Mutex, PoisonError};

use beehive_core::Result;
use beehive_core::queue::Health;
use futures_util::future::{join_all, try_join3};
use tokio_util::sync::CancellationToken;

use super::Link;
use crate::config::RabbitConfig;

/// All connections of one queue. The broker blocks those that publish when it is short of memory or
/// disk; acks must go on meanwhile, so consuming has connections of its own.
#[derive(Debug)]
pub(crate) struct Links {
    config: Arc<RabbitConfig>,
    publish: Arc<Link>,
    control: Arc<Link>,
    /// One, and more when it is full.
    consume: Mutex<Vec<Link>>,
    /// Ends all of them, also those that are still to come.
    stop: CancellationToken,
}

impl Links {
    /// Checks the configuration, opens the publishing, the controlling and the first consuming
    /// connection, and waits for them.
    ///
    /// # Errors
    /// [`Configuration`](beehive_core::ErrorKind::Configuration) with all that is wrong with the
    /// configuration, before anything is sent. What the broker or the network said if a connection
    /// cannot be made: at once if every server refuses, and otherwise within the connect time-out for
    /// each server.
    ///
    /// # Cancel safety
    /// What was opened is closed.
    pub(crate) async fn open(config: Arc<RabbitConfig>) -> Result<Self> {
        let checked = Arc::clone(&config);
        // It reads files.
        tokio::task::spawn_blocking(move || checked.check())
            .await
            .map_err(|error| {
                beehive_core::Error::new(
                    beehive_core::ErrorKind::Unexpected,
                    "checking the configuration failed",
                )
                .with_operation("connect")
                .with_source(error)
            })??;
        let tries = u32::try_from(config.servers.len()).unwrap_or(u32::MAX);
        // A little more than the tries themselves take.
        let patience = config
            .connect_timeout
            .saturating_mul(tries.saturating_add(1));
        let stop = CancellationToken::new();
        let publish = Arc::new(Link::open(&config, "publish", &stop));
        let control = Arc::new(Link::open(&config, "control", &stop));
        let consume = Link::open(&config, "consume", &stop);
        try_join3(
            publish.first_live(patience),
            control.first_live(patience),
            consume.first_live(patience),
        )
        .await?;
        Ok(Self {
            config,
            publish,
            control,
            consume: Mutex::new(vec![consume]),
            stop,
        })
    }

    /// Where everything is published, and nothing else is done.
    pub(crate) fn publish(&self) -> &Arc<Link> {
        &self.publish
    }

    /// For the topology and for looking into queues: one that never publishes, so that an alarm does
    /// not block it.
    pub(crate) fn control(&self) -> &Arc<Link> {
        &self.control
    }

    /// A consuming connection with room for one more channel. A hive with thousands of
    /// subscriptions needs several, since the broker limits the channels of each.
    ///
    /// The room is taken until the handle is dropped: hold it for as long as the channel.
    pub(crate) fn consume(&self) -> Arc<Link> {
        let mut links = self.consume.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = links.iter().find_map(Link::share);
        let link = shared.unwrap_or_else(|| {
            let link = Link::open(&self.config, "consume", &self.stop);
            let handle = link.share().unwrap_or_else(|| link.handle());
            links.push(link);
            handle
        });
        Arc::new(link)
    }

    /// The worst of them.
    pub(crate) fn health(&self) -> Health {
        let links = self.consume.lock().unwrap_or_else(PoisonError::into_inner);
        let consume = links.iter().map(Link::health);
        [self.publish.health(), self.control.health()]
            .into_iter()
            .chain(consume)
            .max_by_key(severity)
            .unwrap_or_default()
    }

    /// Closes all connections at the same time; whoever uses one sees it lost at once.
    ///
    /// # Cancel safety
    /// They close in the background then.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        let consume: Vec<_> = {
            let links = self.consume.lock().unwrap_or_else(PoisonError::into_inner);
            links.iter().map(Link::handle).collect()
        };
        let others = [self.publish.handle(), self.control.handle()];
        join_all(consume.iter().chain(&others).map(Link::close)).await;
    }
}

fn severity(health: &Health) -> u8 {
    match health {
        Health::Up => 0,
        Health::Degraded(_) => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts() {
        let (degraded, down) = (Health::Degraded("a".into()), Health::Down("b".into()));
        assert!(severity(&Health::Up) < severity(&degraded));
        assert!(severity(&degraded) < severity(&down));
    }
}
