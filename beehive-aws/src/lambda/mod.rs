//! Actors in a function of AWS Lambda that a queue of SQS triggers.
//!
//! A [`LambdaFunction`] runs a [`Hive`](beehive_core::hive::Hive) whose queue receives what the
//! function is invoked for. All else is as in a worker: the same actors and factories, inbox,
//! retries, deferrals and dead letters. One function may have triggers from several queues of its
//! hive, and a hive may have actors without one.
//!
//! The trigger must have `ReportBatchItemFailures` among its `FunctionResponseTypes`. **Without it
//! Lambda takes every answer for a success and deletes what is to come again**, and no function can
//! see whether it has it.
//!
//! # What becomes of a message
//!
//! | in the hive | at SQS | in the answer |
//! |---|---|---|
//! | commit, after the follow-ups are confirmed | nothing: Lambda deletes it | done |
//! | defer, dead-letter | what stands for it is sent, and it is deleted, as by a worker | done |
//! | defer, in a queue that keeps order | it is held back where it is | failed |
//! | abandon | it is given back at once | failed |
//! | not due yet | it goes on its next step, as at a worker | done; in a queue that keeps order failed |
//! | not a readable event | it goes to the dead letters of its queue | done |
//! | not begun, or not settled when the function has to answer | it comes again after the queue's visibility time-out | failed |
//! | behind one that failed, in a queue that keeps order | it is given back at once | failed |
//!
//! So an event whose actor fails is not in the answer: the deferral that stands for it is confirmed.
//! Whatever fails as a whole, such as an invocation for a queue that no actor reads, comes again as a
//! whole, and Lambda shows the error.
//!
//! # Time
//!
//! A lease ends when the function has to answer, which is a second before its time is over. It cannot
//! be extended ([`QueueCapabilities::extend`](beehive_core::queue::QueueCapabilities::extend) is not
//! set), so an actor's time-out must be shorter than its lease, which the hive checks when it is
//! built, and the lease shorter than the function's time, which is checked at each invocation.
//!
//! An event is begun only while there is the time of a whole lease left; what is not begun by then
//! comes again. What is still in work at the end is stopped like all work whose lease is over, and
//! comes again: it can neither commit nor publish when Lambda wakes the process for another batch.
//!
//! As many events are worked on at one time as the actor's parallelism says. A batch that is larger
//! takes several leases' time.
//!
//! # Attempts
//!
//! SQS counts every delivery, also of what was not begun. In a queue that keeps order, what is behind
//! an event that fails is delivered with it each time, and that counts as attempts: where it is to
//! have all of its own, let the trigger take batches of one.
//!
//! # Twice
//!
//! An answer may be lost, and a process may die before it answers; then the whole batch comes again.
//! With an inbox among the stores, what was done is skipped.
//!
//! # The kill switch
//!
//! It pauses here as everywhere, and the function waits and is paid meanwhile. Let its longest pause
//! ([`KillSwitchPolicy::with_pause`](beehive_core::hive::KillSwitchPolicy::with_pause)) be shorter than
//! the function's time: in a longer one, whole batches come and go untried.

mod answer;
mod batch;
mod feed;
mod function;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod invocation;
mod lease;
mod ledger;
mod queue;
mod receiver;
mod runtime;
#[cfg(test)]
mod tests;
mod time;

pub use self::answer::SqsBatchResponse;
pub use self::batch::SqsBatch;
pub use self::function::{LambdaFunction, RunningFunction};
pub use self::queue::LambdaQueue;
