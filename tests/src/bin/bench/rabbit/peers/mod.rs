//! Programs of others that do the same work, each in a process of its own.

mod compare;
mod peer;

pub(super) use self::compare::compare;
pub(super) use self::peer::Peers;
