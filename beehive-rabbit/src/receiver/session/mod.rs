//! What came over one channel, and what became of it.

mod attention;
#[expect(clippy::module_inception, reason = "it is what the folder is about")]
mod session;
mod settling;
mod taking;
mod turn;

pub(super) use self::attention::Demand;
pub(super) use self::session::Session;
pub(super) use self::taking::Taken;
pub(super) use self::turn::{ChannelEnd, Rest, Turn};
