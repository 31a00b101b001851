//! Which safeguards can be taken out.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use beehive_core::queue::EventQueue;
use beehive_core::store::Stores;
use beehive_core::{Error, Result};

use super::ack_ignored::AckIgnored;
use super::commit_before_publish::CommitBeforePublish;
use super::derived_ids_off::DerivedIdsOff;
use super::lease_cancellation_off::LeaseCancellationOff;
use super::spoil::spoilt;

/// A safeguard of beehive that is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Mutation {
    /// Nothing remembers what was done already.
    InboxOff,
    /// RabbitMQ does not tell of events that it has no queue for.
    MandatoryOff,
    /// A lease that is lost is settled with success.
    AckIgnored,
    /// Whoever holds a lease never learns that it is lost.
    LeaseCancellationOff,
    /// An event is committed first, and then what follows from it is published.
    CommitBeforePublish,
    /// Each delivery of an event announces events of its own.
    DerivedIdsOff,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::InboxOff,
        Self::MandatoryOff,
        Self::AckIgnored,
        Self::LeaseCancellationOff,
        Self::CommitBeforePublish,
        Self::DerivedIdsOff,
    ];

    /// Its name, as it is given on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::InboxOff => "inbox-off",
            Self::MandatoryOff => "mandatory-off",
            Self::AckIgnored => "ack-ignored",
            Self::LeaseCancellationOff => "lease-cancellation-off",
            Self::CommitBeforePublish => "commit-before-publish",
            Self::DerivedIdsOff => "derived-ids-off",
        }
    }

    /// The queue and the stores as a process without this safeguard uses them; for one process, not
    /// for several.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](beehive_core::ErrorKind::Unsupported) for
    /// [`MandatoryOff`](Self::MandatoryOff), which can only be taken out within `beehive-rabbit`.
    pub fn apply(
        self,
        queue: Arc<dyn EventQueue>,
        stores: Stores,
    ) -> Result<(Arc<dyn EventQueue>, Stores)> {
        let queue = match self {
            Self::InboxOff => return Ok((queue, stores.without_inbox())),
            Self::MandatoryOff => {
                return Err(Error::unsupported("a mutation from outside")
                    .with_context("mutation", self)
                    .with_context("instead", "beehive-rabbit with its feature `mutations`"));
            }
            Self::AckIgnored => spoilt(queue, AckIgnored),
            Self::LeaseCancellationOff => spoilt(queue, LeaseCancellationOff),
            Self::CommitBeforePublish => spoilt(queue, CommitBeforePublish::default()),
            Self::DerivedIdsOff => spoilt(queue, DerivedIdsOff::default()),
        };
        Ok((queue, stores))
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no mutation of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMutation(String);

impl fmt::Display for UnknownMutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Mutation::ALL.map(Mutation::name).join(", ");
        write!(f, "there is no mutation `{}`; there are {names}", self.0)
    }
}

impl std::error::Error for UnknownMutation {}

impl FromStr for Mutation {
    type Err = UnknownMutation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|mutation| mutation.name() == text)
            .ok_or_else(|| UnknownMutation(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use beehive_core::ErrorKind;
    use beehive_core::queue::memory::MemoryQueue;

    use super::*;

    #[test]
    fn a_mutation_is_known_by_its_name() {
        for mutation in Mutation::ALL {
            assert_eq!(mutation.to_string().parse(), Ok(mutation));
        }
        let error = "outbox-off".parse::<Mutation>().unwrap_err();
        assert!(error.to_string().contains("inbox-off, mandatory-off"));
    }

    #[test]
    fn what_cannot_be_taken_out_here_is_refused_rather_than_left_in() {
        for mutation in Mutation::ALL {
            let applied = mutation.apply(Arc::new(MemoryQueue::default()), Stores::memory());
            match applied {
                Ok((_, stores)) => {
                    let is_off = stores.inbox().is_none();
                    assert_eq!(is_off, mutation == Mutation::InboxOff, "{mutation}");
                }
                Err(error) => {
                    assert_eq!(mutation, Mutation::MandatoryOff);
                    assert_eq!(error.kind(), ErrorKind::Unsupported);
                }
            }
        }
    }
}
