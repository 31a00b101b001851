//! Receiving: polls, the leases they bring, and settling these.

mod lease;
mod poll;
mod slots;
mod sqs_receiver;
mod term;

pub(super) use self::sqs_receiver::SqsReceiver;
pub(super) use self::term::LEASE_MAX;
