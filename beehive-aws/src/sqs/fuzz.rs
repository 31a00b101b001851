//! What must hold of messages, cursors and attributes, whatever they are.

pub(crate) use super::codec::fuzz::form as message;
#[cfg(feature = "lambda")]
pub(crate) use super::codec::fuzz::received;
pub(crate) use super::dead_letters::fuzz::cursor;
pub(crate) use super::topology::fuzz::attribute;
