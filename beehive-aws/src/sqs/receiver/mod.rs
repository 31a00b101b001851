//! Receiving: polls, the leases they bring, and settling these.

mod drought;
mod lease;
mod poll;
#[cfg(feature = "lambda")]
mod relay;
mod repetition;
mod slots;
mod sqs_receiver;
mod term;

#[cfg(feature = "lambda")]
pub(super) use self::poll::give_back;
#[cfg(feature = "lambda")]
pub(crate) use self::relay::{Place, Relay, Relayed};
pub(super) use self::sqs_receiver::SqsReceiver;
pub(super) use self::term::LEASE_MAX;
