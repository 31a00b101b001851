//! The attribute macros, documented where users find them.
#[doc(inline)]
pub use beehive_macros::*;
