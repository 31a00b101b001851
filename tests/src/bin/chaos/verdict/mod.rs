//! What is to be said of a run.

mod findings;
mod judge;
mod table;

pub(crate) use self::findings::Findings;
pub(crate) use self::judge::judge;
pub(crate) use self::table::table;
