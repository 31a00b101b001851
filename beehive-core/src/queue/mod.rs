//! Queues: where events wait, and the leases under which they are worked on.

mod capabilities;
mod dead_letter;
mod dead_letter_reason;
mod dead_letter_record;
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
pub use self::dead_letter::{DeadLetter, DeadLetters, RedriveRate, redrive_each};
pub use self::dead_letter_reason::DeadLetterReason;
pub use self::dead_letter_record::DeadLetterRecord;
pub use self::declare::{DeclareOptions, Order};
pub use self::ext::EventQueueExt;
pub use self::guard::Guard;
pub use self::health::Health;
pub use self::lease::{FailureHistory, Lease, Settle, SettleError};
pub use self::name::{QueueKind, QueueName};
pub use self::operator::{EventQueue, Receiver, ReceiverOptions};
pub use self::publish::{PublishError, PublishFailure, Receipt};
