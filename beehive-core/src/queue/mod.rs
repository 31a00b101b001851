//! Queues: where events wait, and the leases under which they are worked on.

mod capabilities;
mod dead_letter;
mod declare;
mod ext;
mod guard;
mod health;
mod lease;
pub mod memory;
mod name;
mod operator;
mod publish;

pub use self::capabilities::{AttemptCounting, QueueCapabilities};
pub use self::dead_letter::{
    DeadLetter, DeadLetterReason, DeadLetterRecord, DeadLetters, RedriveRate, redrive_each,
};
pub use self::declare::{DeclareOptions, Order};
pub use self::ext::EventQueueExt;
pub use self::guard::Guard;
pub use self::health::Health;
pub use self::lease::{FailureHistory, Lease, Settle, SettleError};
pub use self::name::{QueueKind, QueueName};
pub use self::operator::{EventQueue, Receiver, ReceiverOptions};
pub use self::publish::{PublishError, PublishFailure, Receipt};
