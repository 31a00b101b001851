//! Recording: what went through a queue.

mod journal;
mod lease;
mod queue;
mod receiver;

pub use self::journal::{Happening, Journal, Record};
pub use self::queue::RecordingQueue;
