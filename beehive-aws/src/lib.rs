//! beehive on AWS.

mod attempts;
mod clock;
mod config;
#[cfg(feature = "dynamo")]
pub mod dynamo;
mod error;
mod provisioning;
#[cfg(feature = "s3")]
pub mod s3;
mod timeouts;
mod write_id;

pub use self::config::AwsConfig;
pub use self::provisioning::ProvisioningMode;
pub use self::timeouts::Timeouts;
