//! What the workers say they do: which events they have in work, and which have ended.

mod book;
mod line;
mod news;
mod strike;

pub(crate) use self::book::Journal;
pub(crate) use self::line::said;
pub(crate) use self::news::told;
pub(crate) use self::strike::{Injury, Strike};
