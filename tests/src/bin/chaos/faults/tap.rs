//! Listens to what is announced, so that it can be announced again.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use beehive_core::prelude::{Event, EventQueue, QueueName};
use beehive_core::queue::ReceiverOptions;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Result;

/// The topics that are listened to. Each has several subscriptions of the shop.
const TAPPED: [&str; 2] = ["PaymentAuthorised", "OrderShipped"];

/// How many events are remembered of each topic.
const REMEMBERED: usize = 200;
const LEASE: Duration = Duration::from_secs(30);
const WAIT: Duration = Duration::from_secs(5);

/// The last events of some topics, by subscriptions of its own.
#[derive(Debug)]
pub(crate) struct Tap {
    queue: Arc<dyn EventQueue>,
    remembered: Arc<Mutex<VecDeque<Event>>>,
    _listeners: JoinSet<()>,
}

impl Tap {
    /// Listens from now on.
    pub(crate) async fn open(queue: Arc<dyn EventQueue>) -> Result<Self> {
        let remembered = Arc::<Mutex<VecDeque<Event>>>::default();
        let mut listeners = JoinSet::new();
        for topic in TAPPED {
            let name: QueueName = format!("{topic}-Tap").parse()?;
            queue.declare(&name).await?;
            listeners.spawn(listen(Arc::clone(&queue), name, Arc::clone(&remembered)));
        }
        Ok(Self {
            queue,
            remembered,
            _listeners: listeners,
        })
    }

    /// Announces again what was announced not long ago, under the same ids.
    pub(crate) async fn repeat(&self, count: usize) -> Result<()> {
        let again: Vec<Event> = {
            let remembered = self
                .remembered
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            remembered.iter().rev().take(count).cloned().collect()
        };
        if !again.is_empty() {
            self.queue.publish(&again).await?;
        }
        Ok(())
    }
}

/// Takes whatever comes, also after the broker was gone.
async fn listen(
    queue: Arc<dyn EventQueue>,
    name: QueueName,
    remembered: Arc<Mutex<VecDeque<Event>>>,
) {
    const BATCH: NonZeroUsize = NonZeroUsize::MIN.saturating_add(31);
    loop {
        if let Ok(mut receiver) = queue
            .receiver(&name, ReceiverOptions::new(BATCH, LEASE))
            .await
        {
            while let Ok(leases) = receiver.receive(BATCH, WAIT).await {
                for lease in leases {
                    let event = lease.event().clone();
                    // One that is not committed comes again, and is remembered twice.
                    if lease.commit().await.is_ok() {
                        let mut last = remembered.lock().unwrap_or_else(PoisonError::into_inner);
                        last.push_back(event);
                        if last.len() > REMEMBERED {
                            last.pop_front();
                        }
                    }
                }
            }
        }
        sleep(Duration::from_millis(500)).await;
    }
}
