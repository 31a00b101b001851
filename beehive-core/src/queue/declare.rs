//! What a queue is declared to be.

/// In which order a queue delivers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// In that of publishing as long as nothing fails, or in any.
    #[default]
    Any,
    /// Events of one subject in the order of publishing, one at a time: while one is leased, deferred
    /// or delayed, later ones of its subject wait. Events without a subject wait for nobody.
    BySubject,
}

/// What a queue is declared to be.
///
/// ```
/// use beehive_core::queue::{DeclareOptions, EventQueue, Order};
/// use beehive_core::queue::memory::MemoryQueue;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let queue = MemoryQueue::default();
/// let in_order = DeclareOptions::default().with_order(Order::BySubject);
/// queue.declare_with(&"AccountChanged-Ledger".parse()?, in_order).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeclareOptions {
    order: Order,
}

impl DeclareOptions {
    /// Delivers in this order. Of a topic it says that subscriptions to it may.
    #[must_use]
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// In which order it delivers.
    pub fn order(&self) -> Order {
        self.order
    }
}
