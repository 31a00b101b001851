//! Consumes a queue, and gives out leases.
//!
//! One task per receiver, the consumption, owns the channel and the consumer, and rebuilds them for
//! as long as the receiver is there. What came over one channel, and what became of it, is a
//! session: the table of its outstanding deliveries decides deadlines and acks. The receiver takes
//! from the session's buffer; leases are settled through their session, and lost with its channel.
//!
//! The broker is asked to deliver with the first receive, and to deliver no more soon after the last
//! one: what lies in the buffer of a receiver that nobody reads is kept from others who wait, and to
//! hand it back counts as a delivery on quorum queues.
//!
//! Settling a lease wakes the task, which tells the broker of all that was settled since it last did
//! so: one flight of frames at a time, so that the busier a receiver is, the more goes with each.

mod alarm;
mod consumption;
mod flight;
mod lease;
mod linger;
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
mod silence;
mod subscribing;
mod term;
mod trouble;

pub(crate) use self::rabbit_receiver::RabbitReceiver;
