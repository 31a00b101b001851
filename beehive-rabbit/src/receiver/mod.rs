//! Consumes a queue, and gives out leases.
//!
//! One task per receiver, the consumption, owns the channel and the consumer, and rebuilds them for
//! as long as the receiver is there. What came over one channel, and what became of it, is a
//! session: the table of its outstanding deliveries decides deadlines and acks. The receiver takes
//! from the session's buffer; leases are settled through their session, and lost with its channel.

mod alarm;
mod consumption;
mod flight;
mod lease;
mod lock;
mod meters;

mod outstanding;
mod rabbit_receiver;
mod received;
mod resending;
mod serving;
mod session;
mod settling;
mod shared;
mod subscribing;
mod term;
mod trouble;

pub(crate) use self::rabbit_receiver::RabbitReceiver;
