//! How queues are stored.

/// How queues are stored. A queue that exists keeps the type it was declared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueType {
    /// Replicated by Raft; counts deliveries.
    #[default]
    Quorum,
    /// On one node.
    Classic,
}
