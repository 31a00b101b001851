//! The emulators of AWS that all tests share.

use std::time::Duration;

use beehive_aws::dynamo::{DynamoOptions, DynamoStores};
use beehive_aws::s3::{DeleteMode, S3KeyValue, S3Options};
use beehive_aws::{AwsConfig, ProvisioningMode};
use beehive_core::Result;
use tokio::sync::OnceCell;

/// What the names of all tables of the tests begin with.
pub const TABLES: &str = "beehive-tests";
/// The bucket of all tests.
pub const BUCKET: &str = "beehive-tests";
/// What the keys of all tests begin with in the bucket.
pub const KEYS: &str = "suites/";
/// The smallest part of a value that S3 takes; longer values are written in parts of so many bytes.
pub const PART: usize = 5 * 1024 * 1024;
/// How much later than asked for a lock ends, or an inbox forgets.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);

/// What stands for AWS.
///
/// Whoever uses it keeps to names of its own. The tables and the bucket are made by the first that
/// asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emulator {
    /// The one that all of AWS is asked of: `AWS_ENDPOINT_URL`, as printed by `tests/services env`.
    Whole,
    /// One that deletes a value of S3 only in a given version, as AWS does and the other does not:
    /// `BEEHIVE_S3_DELETES_URL`.
    S3Deletes,
}

impl Emulator {
    /// How it is reached.
    pub async fn config(self) -> AwsConfig {
        let config = AwsConfig::from_env().await;
        let url = std::env::var("BEEHIVE_S3_DELETES_URL");
        match (self, url) {
            (Self::S3Deletes, Ok(url)) => config.with_endpoint_url(url),
            _ => config,
        }
    }

    /// The stores on DynamoDB, reached as this says.
    ///
    /// # Errors
    /// The tables cannot be made.
    pub async fn dynamo(self, config: &AwsConfig) -> Result<DynamoStores> {
        static MADE: OnceCell<()> = OnceCell::const_new();
        let make = || async {
            let create = dynamo_options().with_provisioning(ProvisioningMode::Create);
            DynamoStores::open(&self.config().await, &create)
                .await
                .map(drop)
        };
        MADE.get_or_try_init(make).await?;
        let trust = dynamo_options().with_provisioning(ProvisioningMode::Trust);
        DynamoStores::open(config, &trust).await
    }

    /// The store on S3, reached as this says.
    ///
    /// # Errors
    /// The bucket cannot be made.
    pub async fn s3(self, config: &AwsConfig) -> Result<S3KeyValue> {
        static MADE: [OnceCell<()>; 2] = [const { OnceCell::const_new() }; 2];
        let make = || async {
            let create = self
                .s3_options()
                .with_provisioning(ProvisioningMode::Create);
            S3KeyValue::open(&self.config().await, &create)
                .await
                .map(drop)
        };
        let [whole, deletes] = &MADE;
        let made = match self {
            Self::Whole => whole,
            Self::S3Deletes => deletes,
        };
        made.get_or_try_init(make).await?;
        let trust = self.s3_options().with_provisioning(ProvisioningMode::Trust);
        S3KeyValue::open(config, &trust).await
    }

    fn s3_options(self) -> S3Options {
        let options = S3Options::new(BUCKET)
            .with_prefix(KEYS)
            .with_part_size(PART);
        match self {
            Self::Whole => options.with_deletes(DeleteMode::Plain),
            Self::S3Deletes => options.with_deletes(DeleteMode::Conditional),
        }
    }
}

fn dynamo_options() -> DynamoOptions {
    DynamoOptions::default()
        .with_table_prefix(TABLES)
        .with_clock_tolerance(CLOCK_TOLERANCE)
}
