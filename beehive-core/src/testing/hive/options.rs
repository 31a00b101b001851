//! What one can set about a hive under test.

use std::time::Duration;

use super::TestHive;
use crate::error::Result;
use crate::hive::HiveBuilder;
use crate::queue::memory::MemoryQueue;
use crate::store::Stores;
use crate::testing::FaultPlan;

/// How a hive is tested; [`TestHive::start`] takes the defaults.
///
/// ```
/// use beehive_core::prelude::*;
/// use beehive_core::testing::{Fault, FaultPlan, TestOptions};
///
/// #[actor("OrderAccepted-Payment")]
/// async fn pay(event: Event) -> Result<(), ActorError> {
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let test = TestOptions::default()
///     .with_faults(FaultPlan::seeded(7).with(Fault::Duplicated, 1.0))
///     .start(Hive::builder("shop").actor::<pay>().entry("OrderAccepted"))
///     .await?;
/// test.publish(Event::new("OrderAccepted", "text/plain", "two bees")).await?;
/// test.run_until_idle().await?;
/// assert!(test.settled("OrderAccepted-Payment").committed >= 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until a hive is started with them"]
pub struct TestOptions {
    pub(super) faults: FaultPlan,
    pub(super) queue: Option<MemoryQueue>,
    pub(super) stores: Option<Stores>,
    pub(super) patience: Duration,
    pub(super) strict: bool,
}

impl TestOptions {
    /// Lets the hive see its queue and stores through these faults. The test itself does not:
    /// what it publishes arrives, and what it reads is so.
    pub fn with_faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Runs on this queue, such as one with a small capacity.
    pub fn with_queue(mut self, queue: MemoryQueue) -> Self {
        self.queue = Some(queue);
        self
    }

    /// Runs on these stores, unless the hive's builder was given some.
    pub fn with_stores(mut self, stores: Stores) -> Self {
        self.stores = Some(stores);
        self
    }

    /// How long, on tokio's clock, [`TestHive::run_until_idle`] waits before it says what is left.
    /// The default is a day.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Only warns where a workflow contradicts its declarations, as a hive in production does.
    pub fn lenient(mut self) -> Self {
        self.strict = false;
        self
    }

    /// Starts a hive under test; see [`TestHive::start`].
    ///
    /// # Errors
    /// As [`TestHive::start`].
    pub async fn start(self, builder: HiveBuilder) -> Result<TestHive> {
        TestHive::start_with(self, builder).await
    }
}

impl Default for TestOptions {
    fn default() -> Self {
        Self {
            faults: FaultPlan::none(),
            queue: None,
            stores: None,
            patience: Duration::from_hours(24),
            strict: true,
        }
    }
}
