//! Connections to the broker, kept up by supervisors of our own.

mod link;
mod links;

pub(crate) use self::link::{Link, Live};
pub(crate) use self::links::Links;
