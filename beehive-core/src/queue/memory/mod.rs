//! The queue backend in this process's memory: no special powers, and no fault missing.

mod broker;
mod census;
mod dead_letter_list;
mod dead_letters;
mod lease;
mod lease_table;
mod operator;
mod options;
mod quota;
mod receiver;
mod shared;
mod subjects;
mod subscription;
mod waiters;

pub use self::census::{Activity, Census};
pub use self::operator::MemoryQueue;
pub use self::options::MemoryQueueOptions;
