//! Publishes messages and tells of each whether it is confirmed and routed.
//!
//! Callers put their messages into one intake. A few lanes, each a task with a channel of its own,
//! take what is there, send it, and wait for the confirms of all of it; meanwhile the others go on,
//! so that the broker always has something to do.

mod bounds;
mod intake;
mod job;
mod judgement;
mod lane;
mod lane_channel;
mod message;
mod meters;
mod options;
#[expect(clippy::module_inception, reason = "the concept of this folder")]
mod publisher;
mod reached;
mod transmission;
mod verdicts;
mod window;

use self::bounds::Bounds;
use self::job::Job;
pub(crate) use self::message::{Message, Verdict};
pub(crate) use self::publisher::Publisher;
use self::reached::Reached;
