//! Consumes a queue, and gives out leases.

mod consumption;
mod lease;
mod rabbit_receiver;

pub(crate) use self::rabbit_receiver::RabbitReceiver;
