//! Real services, as `tests/services` starts them.
//!
//! [`shared_broker`] is for tests that leave a broker as they found it, in a namespace of their own.
//! A test that kills, stops or reconfigures its broker starts one for itself, a [`Broker`]. Tests of
//! what is on AWS share the emulators in [`aws`].

pub mod aws;
mod broker;
mod control;
mod error;
mod options;
mod script;
mod shared;

pub use self::broker::Broker;
pub use self::control::{Permissions, QueueCount};
pub use self::error::{Result, ServiceError};
pub use self::options::BrokerOptions;
pub use self::shared::shared_broker;
