//! The emulator, and a place in it for each test.

use std::time::Duration;

use aws_config::BehaviorVersion;
use beehive_aws::dynamo::{DynamoOptions, DynamoStores};
use beehive_aws::s3::{DeleteMode, S3KeyValue, S3Options};
use beehive_aws::{AwsConfig, ProvisioningMode};
use beehive_core::event::EventId;
use beehive_core::{Error, Result};
use libtest_mimic::Failed;
use tokio::runtime::Builder;

use crate::wire::Wire;

/// What all tables of the tests begin with.
pub(crate) const TABLES: &str = "beehive-tests";
/// The bucket of all tests.
pub(crate) const BUCKET: &str = "beehive-tests";
/// What the keys of all tests begin with.
const PREFIX: &str = "suites/";
/// The smallest part of a value that S3 takes.
pub(crate) const PART: usize = 5 * 1024 * 1024;
/// How much later than asked for a lock ends or an inbox forgets.
pub(crate) const TOLERANCE: Duration = Duration::from_secs(1);

/// What stands for AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Emulator {
    /// The one that all of AWS is asked of.
    First,
    /// One that can delete a value of S3 only in a given version, as AWS can. The first answers 501.
    Second,
}

impl Emulator {
    /// Where it is, if there is one.
    fn url(self) -> Option<String> {
        let variable = match self {
            Self::First => "AWS_ENDPOINT_URL",
            Self::Second => "BEEHIVE_S3_DELETES_URL",
        };
        std::env::var(variable).ok().filter(|url| !url.is_empty())
    }

    pub(crate) fn is_there(self) -> bool {
        self.url().is_some()
    }
}

/// Makes what all tests share.
pub(crate) fn prepare() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs no more than memory");
    let made = runtime.block_on(async {
        let create = ProvisioningMode::Create;
        if Emulator::First.is_there() {
            let config = AwsConfig::from_env().await;
            dynamo_by(&config, create).await?;
            s3_by(&config, create, DeleteMode::Plain).await?;
        }
        if Emulator::Second.is_there() {
            s3_by(&second().await, create, DeleteMode::Conditional).await?;
        }
        Ok::<(), Error>(())
    });
    made.expect("tables and buckets can be made");
}

/// The stores on DynamoDB, for what has names of its own.
pub(crate) async fn dynamo() -> Result<DynamoStores> {
    dynamo_by(&AwsConfig::from_env().await, ProvisioningMode::Trust).await
}

/// The same, reached over this wire.
pub(crate) async fn dynamo_over(wire: &Wire) -> Result<DynamoStores> {
    let config = AwsConfig::from_env().await.with_http_client(wire.clone());
    dynamo_by(&config, ProvisioningMode::Trust).await
}

async fn dynamo_by(config: &AwsConfig, provisioning: ProvisioningMode) -> Result<DynamoStores> {
    let options = DynamoOptions::default()
        .with_table_prefix(TABLES)
        .with_clock_tolerance(TOLERANCE)
        .with_provisioning(provisioning);
    DynamoStores::open(config, &options).await
}

/// The store on S3, reached over this wire, for what has names of its own.
pub(crate) async fn s3_over(wire: &Wire) -> Result<S3KeyValue> {
    let config = AwsConfig::from_env().await.with_http_client(wire.clone());
    s3_by(&config, ProvisioningMode::Trust, DeleteMode::Plain).await
}

/// The store on S3 of the second emulator, which can delete a value only in a given version.
pub(crate) async fn s3_deletes_over(wire: &Wire) -> Result<S3KeyValue> {
    let config = second().await.with_http_client(wire.clone());
    s3_by(&config, ProvisioningMode::Trust, DeleteMode::Conditional).await
}

async fn second() -> AwsConfig {
    let config = AwsConfig::from_env().await;
    match Emulator::Second.url() {
        Some(url) => config.with_endpoint_url(url),
        None => config,
    }
}

async fn s3_by(
    config: &AwsConfig,
    provisioning: ProvisioningMode,
    deletes: DeleteMode,
) -> Result<S3KeyValue> {
    let options = S3Options::new(BUCKET)
        .with_prefix(PREFIX)
        .with_part_size(PART)
        .with_deletes(deletes)
        .with_provisioning(provisioning);
    S3KeyValue::open(config, &options).await
}

/// How many uploads of a value were begun and are neither finished nor removed.
pub(crate) async fn unfinished_uploads(key: &str) -> std::result::Result<usize, Failed> {
    let sdk = aws_config::defaults(BehaviorVersion::latest()).http_client(Wire::new());
    let sdk = sdk.load().await;
    let config = aws_sdk_s3::config::Builder::from(&sdk).force_path_style(true);
    let answer = aws_sdk_s3::Client::from_conf(config.build())
        .list_multipart_uploads()
        .bucket(BUCKET)
        .prefix(format!("{PREFIX}{key}"))
        .send()
        .await?;
    Ok(answer.uploads().len())
}

/// A name that no other test has, in this run or another.
pub(crate) fn unique() -> String {
    EventId::new().to_string()
}
