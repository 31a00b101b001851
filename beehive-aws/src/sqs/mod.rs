//! Queues on SNS and SQS: a topic is a topic of SNS, a subscription a queue of SQS that gets raw
//! messages from it, a simple queue a queue alone. Each queue has another for its dead letters.
//!
//! # What it guarantees, and what not
//!
//! | | |
//! |---|---|
//! | a confirmed event survives | yes: SNS or SQS answered for it, entry by entry; what an answer does not name is sent again |
//! | an event that nobody is subscribed to is noticed | no, SNS does not tell; that a topic has no subscription at all is, where it is asked for ([`UnheardTopics`]) |
//! | SNS cannot deliver an event to a queue | it tries for 23 days, and then it is a dead letter of that queue |
//! | leases | end here before they end at SQS; renewed up to twelve hours |
//! | a lease that is over | is refused here; SQS itself may still take its receipt |
//! | attempts | every delivery counts, the abandoned ones too, and those that reached nobody |
//! | an event that kills its process is given up in the end | yes |
//! | delays and deferrals of any length, durable | yes, not early, and up to a second or two late; in steps of 15 minutes |
//! | ... that fall due while nobody reads the queue | come when somebody does |
//! | retention | 14 days, SQS keeps nothing longer; each step of a delay starts them anew |
//! | dead letters: count, list, get, redrive, purge | yes, by taking them all for a moment; see below |
//! | order | as it comes; by subject where it is declared so; see below |
//! | exactly once | no: at least once, and effectively once with an inbox |
//! | bodies | 168 KiB of any bytes; larger ones on S3 with a claim check |
//!
//! # Order by subject
//!
//! A subscription or simple queue that is declared with
//! [`Order::BySubject`](beehive_core::queue::Order::BySubject) is a FIFO queue, and its topic a FIFO
//! topic; other subscriptions to that topic may do without. The message group is the subject. A
//! topic that was made without order cannot get it: declare what keeps order before anybody publishes.
//!
//! - Events of one subject are published, received and settled one at a time, and one event comes with
//!   each request: ten subjects take ten requests.
//! - A deferred or delayed event stays where it is and holds back its subject, for twelve hours at most;
//!   what is deferred for longer comes after those. Nothing can be noted on it, so every delivery before
//!   counts as a failure: those that were abandoned, ended in a crash or were before the event was due.
//! - SQS takes an event that is published again under its id within five minutes for the same, and drops
//!   it.
//!
//! # Dead letters
//!
//! SQS shows what a queue holds to those alone who take it. So whoever counts, lists, gets or redrives
//! takes all dead letters of a queue for up to a minute and gives them back, the first thousand or 64
//! MiB of them. Within a process such looks wait for one another; two processes that look at the same
//! moment each see a part. Who dies while looking hides dead letters for a minute. More than a thousand
//! are counted by SQS, approximately, and listed as far as the first thousand go; purging goes on until
//! none are left.
//!
//! Up to a thousand, redriving all sends each once, without what was noted on it, and deletes its copies.
//! More than that SQS moves itself, by a task that goes on when this process does not: at most 500 a
//! second, copies too, and what it gave up itself with the attempts that were noted. Where there are no such
//! tasks, and where order is kept, each is sent as before.
//!
//! # Requests
//!
//! Events, commits and extensions for one queue that come while a request is under way go together in
//! the next, ten at most; a lone one is sent at once, and none waits for a request that takes longer than
//! half a second. What is refused as a whole is sent one by one. A wait for events is one request of up to
//! 20 seconds; where nothing came for five minutes, one more asks whether so much of the queue is leased
//! that SQS gives out nothing, which degrades health.

mod arns;
mod batches;
mod bodies;
mod calls;
mod codec;
mod condition;
mod dead_letters;
mod delay;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod group;
mod names;
mod options;
mod parts;
mod publisher;
mod queue;
mod receiver;
#[cfg(test)]
mod stub;
mod topology;
#[cfg(test)]
pub(crate) mod wire;

#[cfg(feature = "lambda")]
pub(crate) use self::names::is_ordered;
pub use self::options::{QueueEncryption, SqsOptions, UnheardTopics};
pub use self::queue::SqsQueue;
#[cfg(feature = "lambda")]
pub(crate) use self::receiver::{Place, Relay, Relayed};
