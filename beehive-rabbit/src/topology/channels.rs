//! A few channels on which the broker is asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use beehive_core::Result;
use futures_util::future::join_all;
use lapin::Channel;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::refusal;
use super::step::Step;
use crate::connection::Link;
use crate::error::unanswered;

/// How many operations run at the same time. The broker makes a quorum queue in about 10 ms, and a
/// few at once go faster.
const OPERATIONS: usize = 4;
/// How many steps of one operation are on their way at the same time.
const PIPELINE: usize = 16;

/// A few channels, kept for the next operation. A refusal closes the channel it was asked on, and
/// nothing else.
#[derive(Debug)]
pub(super) struct Channels {
    link: Arc<Link>,
    patience: Duration,
    idle: Mutex<Vec<Channel>>,
    permits: Semaphore,
}

impl Channels {
    pub(super) fn new(link: Arc<Link>, patience: Duration) -> Self {
        Self {
            link,
            patience,
            idle: Mutex::default(),
            permits: Semaphore::new(OPERATIONS),
        }
    }

    /// Asks for all these steps, in this order, and waits for all answers. After a refusal the steps
    /// behind it have not happened.
    ///
    /// # Errors
    /// The first refusal; a temporary one if the broker does not answer in time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open how many steps have happened.
    pub(super) async fn ask(&self, operation: &'static str, steps: &[Step]) -> Result<()> {
        let permit = timeout(self.patience, self.permits.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            return Err(unanswered(operation));
        };
        let channel = match self.take_idle() {
            Some(channel) => channel,
            None => self.link.live(self.patience).await?.channel().await?,
        };
        for steps in steps.chunks(PIPELINE) {
            let answers = join_all(steps.iter().map(|step| step.ask(&channel)));
            let Ok(answers) = timeout(self.patience, answers).await else {
                // An answer may still come: this channel is of no more use, and closes on drop.
                return Err(unanswered(operation));
            };
            if let Some(error) = answers.into_iter().find_map(Result::err) {
                return Err(refusal::explained(operation, steps, error));
            }
        }
        self.idle().push(channel);
        Ok(())
    }

    /// A channel that still works. Those of a lost connection do not.
    fn take_idle(&self) -> Option<Channel> {
        let mut idle = self.idle();
        idle.retain(|channel| channel.status().connected());
        idle.pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Channel>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
