//! The receiver of one queue.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::queue::{Lease, QueueName, Receiver, ReceiverOptions};

use crate::rabbit_queue::Parts;

/// The receiver of one queue.
#[derive(Debug)]
pub(crate) struct RabbitReceiver {}

impl RabbitReceiver {
    /// Starts to consume.
    ///
    /// # Errors
    /// `NotFound` if the queue does not exist; temporary ones of the connection.
    pub(crate) async fn open(
        parts: Arc<Parts>,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Self> {
        let _ = (parts, from, options);
        todo!()
    }
}

#[async_trait]
impl Receiver for RabbitReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let _ = (max, wait);
        todo!()
    }

    async fn close(self: Box<Self>) -> Result<()> {
        todo!()
    }
}
