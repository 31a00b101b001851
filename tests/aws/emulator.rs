//! The emulator, and a place in it for each test.

use std::time::Duration;

use beehive_aws::dynamo::{DynamoOptions, DynamoStores};
use beehive_aws::s3::{DeleteMode, S3KeyValue, S3Options};
use beehive_aws::{AwsConfig, ProvisioningMode};
use beehive_core::Result;
use beehive_core::event::EventId;
use tokio::runtime::Builder;

/// What all tables of the tests begin with.
const TABLES: &str = "beehive-tests";
/// The bucket of all tests.
const BUCKET: &str = "beehive-tests";
/// How much later than asked for a lock ends or an inbox forgets.
pub(crate) const TOLERANCE: Duration = Duration::from_secs(1);

/// Whether there is one.
pub(crate) fn is_there() -> bool {
    std::env::var("AWS_ENDPOINT_URL").is_ok_and(|url| !url.is_empty())
}

/// Makes what all tests share.
pub(crate) fn prepare() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs no more than memory");
    runtime
        .block_on(dynamo_as(ProvisioningMode::Create))
        .expect("the tables can be made");
    runtime
        .block_on(s3_as(ProvisioningMode::Create))
        .expect("the bucket can be made");
}

/// The store on S3, for what has names of its own.
pub(crate) async fn s3() -> Result<S3KeyValue> {
    s3_as(ProvisioningMode::Trust).await
}

async fn s3_as(provisioning: ProvisioningMode) -> Result<S3KeyValue> {
    let options = S3Options::new(BUCKET)
        .with_prefix("suites/")
        .with_deletes(deletes())
        .with_provisioning(provisioning);
    S3KeyValue::open(&AwsConfig::from_env().await, &options).await
}

/// Most emulators cannot delete a value only in a given version (LocalStack: 501).
fn deletes() -> DeleteMode {
    match std::env::var("BEEHIVE_S3_DELETES").as_deref() {
        Ok("conditional") => DeleteMode::Conditional,
        _ => DeleteMode::Plain,
    }
}

/// The stores on DynamoDB, for what has names of its own.
pub(crate) async fn dynamo() -> Result<DynamoStores> {
    dynamo_as(ProvisioningMode::Trust).await
}

async fn dynamo_as(provisioning: ProvisioningMode) -> Result<DynamoStores> {
    let options = DynamoOptions::default()
        .with_table_prefix(TABLES)
        .with_clock_tolerance(TOLERANCE)
        .with_provisioning(provisioning);
    DynamoStores::open(&AwsConfig::from_env().await, &options).await
}

/// A name that no other test has, in this run or another.
pub(crate) fn unique() -> String {
    EventId::new().to_string()
}
