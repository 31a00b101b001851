//! [`beehive_core`] on AWS: queues on SNS and SQS, values on S3, all other stores on DynamoDB.
//!
//! ```no_run
//! use beehive_aws::dynamo::DynamoOptions;
//! use beehive_aws::s3::S3Options;
//! use beehive_aws::{AwsConfig, AwsStores};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), beehive_core::Error> {
//! let config = AwsConfig::from_env().await;
//! let aws = AwsStores::open(
//!     &config,
//!     &DynamoOptions::default().with_table_prefix("shop"),
//!     &S3Options::new("shop-documents"),
//! )
//! .await?;
//! let stores = aws.stores();
//! # let _ = stores;
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//!
//! | Store | On | Requests | Kept by |
//! |---|---|---|---|
//! | key-value | S3 | one; a long value one for each part and two | conditional writes |
//! | collection | DynamoDB | one | a condition on the version |
//! | key-list | DynamoDB | one; clearing one for every 25 items | a condition that the item is absent |
//! | counter | DynamoDB | one | the floor as a condition |
//! | counter, once | DynamoDB | one transaction, and one look at a counter not seen before | the note and the counter in one transaction |
//! | lock | DynamoDB | one | a condition on holder and end |
//! | inbox | DynamoDB | one | a condition that the entry is absent or over |
//!
//! What the queue promises is in the documentation of its module, `sqs`; how actors run in a function of
//! AWS Lambda, in that of `lambda`.
//!
//! - **What is not answered.** A call may have its effect though nobody hears of it. Every write has a
//!   name that is kept in what it writes, so one that is made again knows itself. Where that cannot
//!   decide, because another wrote over it meanwhile, the error is
//!   [`ErrorKind::Temporary`](beehive_core::ErrorKind::Temporary) and never a lost race.
//! - **Time.** Every connection, attempt and operation has a limit ([`Timeouts`]). Throttling, conflicts
//!   and broken connections are tried again with jitter for as long as the operation may take.
//! - **Reads** that a promise needs are strongly consistent.
//! - **Secrets** are in no error and in no `Debug`.
//!
//! # Features
//!
//! `dynamo`, `s3` and `sqs`, all on. Each brings its clients of the SDK, which is what takes time to
//! build: three to four minutes for all on two cores, half a minute less without `s3`, one less without
//! `sqs`. And `lambda`, off, which is `sqs` with `lambda_runtime` and nothing of the SDK.

mod attempts;
#[cfg(feature = "dynamo")]
mod clock;
mod config;
mod credentials;
#[cfg(feature = "dynamo")]
pub mod dynamo;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "lambda")]
pub mod lambda;
mod provisioning;
#[cfg(feature = "s3")]
pub mod s3;
#[cfg(feature = "sqs")]
pub mod sqs;
#[cfg(all(feature = "dynamo", feature = "s3"))]
mod stores;
mod timeouts;
#[cfg(any(feature = "dynamo", feature = "s3"))]
mod write_id;

pub use self::config::AwsConfig;
pub use self::provisioning::ProvisioningMode;
#[cfg(all(feature = "dynamo", feature = "s3"))]
pub use self::stores::AwsStores;
pub use self::timeouts::Timeouts;
