//! TLS: certificates, keys, and what goes wrong with them.

mod connector;
mod faults;
mod introduction;
mod pem;

pub(super) use self::connector::connector;
pub(crate) use self::connector::findings;
pub(crate) use self::faults::{classify, is_fault};
pub(super) use self::introduction::Introduction;
