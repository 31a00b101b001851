//! The queue backend itself.

mod announce;
mod event_queue;
mod parts;

pub use self::event_queue::RabbitQueue;
pub(crate) use self::parts::Parts;
