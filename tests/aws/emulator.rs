//! The emulators, reached over a wire that counts and breaks, and a trial's place in them.

use aws_config::BehaviorVersion;
use beehive_aws::dynamo::DynamoStores;
use beehive_aws::s3::S3KeyValue;
use beehive_core::Result;
use beehive_tests::services::aws::{BUCKET, Emulator, KEYS};
use beehive_tests::trials::{self, Outcome, Service, Trial};
use libtest_mimic::Failed;

use crate::wire::Wire;

/// A test of this name, on the emulator of all of AWS.
pub(crate) fn trial<F>(name: impl Into<String>, run: impl FnOnce() -> F + Send + 'static) -> Trial
where
    F: Future<Output = Outcome> + Send + 'static,
{
    trials::trial(name, |_| run()).with_need(Service::AWS)
}

/// The stores on DynamoDB, for what has names of its own.
pub(crate) async fn dynamo() -> Result<DynamoStores> {
    dynamo_over(&Wire::new()).await
}

/// The same, reached over this wire.
pub(crate) async fn dynamo_over(wire: &Wire) -> Result<DynamoStores> {
    let config = Emulator::Whole.config().await;
    let config = config.with_http_client(wire.clone());
    Emulator::Whole.dynamo(&config).await
}

/// The store on S3, reached over this wire, for what has names of its own.
pub(crate) async fn s3_over(wire: &Wire) -> Result<S3KeyValue> {
    s3_of(Emulator::Whole, wire).await
}

/// The store on S3 of the emulator that can delete a value only in a given version.
pub(crate) async fn s3_deletes_over(wire: &Wire) -> Result<S3KeyValue> {
    s3_of(Emulator::S3Deletes, wire).await
}

async fn s3_of(emulator: Emulator, wire: &Wire) -> Result<S3KeyValue> {
    let config = emulator.config().await.with_http_client(wire.clone());
    emulator.s3(&config).await
}

/// How many uploads of a value were begun and are neither finished nor removed.
pub(crate) async fn unfinished_uploads(key: &str) -> std::result::Result<usize, Failed> {
    let sdk = aws_config::defaults(BehaviorVersion::latest()).http_client(Wire::new());
    let sdk = sdk.load().await;
    let config = aws_sdk_s3::config::Builder::from(&sdk).force_path_style(true);
    let answer = aws_sdk_s3::Client::from_conf(config.build())
        .list_multipart_uploads()
        .bucket(BUCKET)
        .prefix(format!("{KEYS}{key}"))
        .send()
        .await?;
    Ok(answer.uploads().len())
}

/// A name that no other test has, in this run or another.
pub(crate) fn unique() -> String {
    trials::namespace()
}
