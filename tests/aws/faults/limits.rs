//! What takes too long, is too large, or was never set up.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use beehive_aws::dynamo::{DynamoOptions, DynamoStores};
use beehive_aws::s3::{S3KeyValue, S3Options};
use beehive_aws::{AwsConfig, AwsStores, ProvisioningMode, Timeouts};
use beehive_core::page::PageRequest;
use beehive_core::queue::Health;
use beehive_core::store::{
    Change, CollectionStore as _, CounterStore as _, KeyValueStore as _, Precondition, PutOptions,
    Range,
};
use beehive_core::{Error, ErrorKind};
use beehive_tests::services::aws::{BUCKET, TABLES};
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;
use tokio::time::{Instant, timeout};

use super::{equal, fails};
use crate::emulator::{dynamo_over, s3_over, trial, unique};
use crate::wire::{Fault, Wire};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("limits::no_answer", no_answer),
        trial("limits::no_network", no_network),
        trial("limits::secrets", secrets),
        trial("limits::tables", tables),
        trial("limits::tables_at_once", tables_at_once),
        trial("limits::buckets", buckets),
        trial("limits::namespaces", namespaces),
        trial("limits::largest_document", largest_document),
        trial("limits::health", health),
        trial("limits::health_names_the_cause", health_names_the_cause),
        trial("limits::health_of_s3_names_it_too", health_of_s3),
        trial("limits::credentials_that_expire", credentials_that_expire),
    ]
}

/// A configuration that leads nowhere, with credentials that must not be seen.
fn nowhere(wire: &Wire) -> AwsConfig {
    let credentials = Credentials::new("PLANTEDKEY", "planted-secret", None, None, "test");
    let sdk = SdkConfig::builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let timeouts = Timeouts::default()
        .with_attempt(Duration::from_millis(100))
        .with_transfer(Duration::from_millis(100))
        .with_operation(Duration::from_millis(500));
    AwsConfig::new(sdk)
        .with_region("us-east-1")
        .with_endpoint_url("http://127.0.0.1:1")
        .with_http_client(wire.clone())
        .with_timeouts(timeouts)
}

/// Long enough for all attempts that the time-outs allow.
const PATIENCE: Duration = Duration::from_secs(20);

async fn no_answer() -> Outcome {
    let wire = Wire::new();
    let stores = DynamoStores::open(&nowhere(&wire), &trusting()).await?;
    for operation in [
        "GetItem",
        "UpdateItem",
        "TransactWriteItems",
        "TransactGetItems",
    ] {
        for _ in 0..20 {
            wire.fail(operation, Fault::Hang);
        }
    }
    let start = Instant::now();
    let read = timeout(PATIENCE, stores.collection().get("orders", "1")).await?;
    fails("get", read, ErrorKind::Temporary)?;
    let plain = stores.counter();
    let changed = timeout(PATIENCE, plain.change("a", &Change::add(1))).await?;
    fails("change", changed, ErrorKind::Temporary)?;
    let counts = wire.take_counts();
    let updates = counts.iter().find(|(name, _)| name == "UpdateItem");
    // Twice would be too often.
    equal("changes", updates.map(|(_, count)| *count), Some(1))?;
    if start.elapsed() > Duration::from_secs(5) {
        return Err(Failed::from("it took longer than its time-outs"));
    }
    Ok(())
}

async fn no_network() -> Outcome {
    let wire = Wire::new();
    let stores = DynamoStores::open(&nowhere(&wire), &trusting()).await?;
    let read = stores.collection().get("orders", "1").await;
    fails("get", read, ErrorKind::Temporary)
}

fn trusting() -> DynamoOptions {
    DynamoOptions::default().with_provisioning(ProvisioningMode::Trust)
}

/// Whatever goes wrong, no secret is in the error.
async fn secrets() -> Outcome {
    const SIGNATURE: &str = r#"{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"The Canonical String should have been x-amz-security-token:planted-secret PLANTEDKEY"}"#;
    let wire = Wire::new();
    let config = nowhere(&wire).with_endpoint_url("http://user:planted-secret@127.0.0.1:1");
    let stores = DynamoStores::open(&config, &trusting()).await?;
    let options = S3Options::new("shop").with_provisioning(ProvisioningMode::Trust);
    let values = S3KeyValue::open(&config, &options).await?;
    for _ in 0..2 {
        wire.fail(
            "GetItem",
            Fault::Answer {
                status: 400,
                body: SIGNATURE,
            },
        );
    }
    wire.fail(
        "PutObject",
        Fault::Answer {
            status: 403,
            body: "<Error><Code>SignatureDoesNotMatch</Code><Message>planted-secret</Message><StringToSign>planted-secret</StringToSign></Error>",
        },
    );
    let collection = stores.collection();
    let errors: Vec<Error> = [
        collection.get("orders", "1").await.err(),
        collection
            .put("orders", "1", "a".into(), &Precondition::None)
            .await
            .err(),
        values
            .put("a", "x".into(), PutOptions::default())
            .await
            .err(),
        values.info("a").await.err(),
    ]
    .into_iter()
    .flatten()
    .collect();
    equal("errors", errors.len(), 4)?;
    let shown = format!("{errors:?} {config:?} {stores:?} {values:?}");
    for secret in ["planted-secret", "PLANTEDKEY"] {
        equal(&shown, shown.contains(secret), false)?;
    }
    Ok(())
}

async fn tables() -> Outcome {
    let config = AwsConfig::from_env().await;
    let options = DynamoOptions::default().with_table_prefix(unique());
    let checked = DynamoStores::open(&config, &options).await;
    fails("before they are made", checked, ErrorKind::Configuration)?;
    let create = options.clone().with_provisioning(ProvisioningMode::Create);
    for _ in 0..2 {
        let stores = DynamoStores::open(&config, &create).await?;
        let changed = stores.counter().change("a", &Change::add(1)).await?;
        equal("counter", changed.is_applied(), true)?;
    }
    DynamoStores::open(&config, &options).await?;
    let nameless = options.with_table_prefix("");
    let refused = DynamoStores::open(&config, &nameless).await;
    fails("without a name", refused, ErrorKind::Configuration)
}

/// Workers that start together make the tables together.
async fn tables_at_once() -> Outcome {
    let config = AwsConfig::from_env().await;
    let options = DynamoOptions::default()
        .with_table_prefix(unique())
        .with_provisioning(ProvisioningMode::Create);
    let opened = (0..4).map(|_| DynamoStores::open(&config, &options));
    futures_util::future::try_join_all(opened).await?;
    Ok(())
}

async fn buckets() -> Outcome {
    let config = AwsConfig::from_env().await;
    let bucket = unique();
    let options = S3Options::new(&*bucket);
    let checked = S3KeyValue::open(&config, &options).await;
    fails("before it is made", checked, ErrorKind::Configuration)?;
    let create = options.clone().with_provisioning(ProvisioningMode::Create);
    for _ in 0..2 {
        S3KeyValue::open(&config, &create).await?;
    }
    let store = S3KeyValue::open(&config, &options).await?;
    store.put("a", "x".into(), PutOptions::default()).await?;
    let missing = S3Options::new(unique()).with_provisioning(ProvisioningMode::Trust);
    let missing = S3KeyValue::open(&config, &missing).await?;
    let read = missing.get("a").await;
    fails("of no bucket", read, ErrorKind::Configuration)
}

async fn namespaces() -> Outcome {
    let config = AwsConfig::from_env().await;
    let options = DynamoOptions::default()
        .with_table_prefix(TABLES)
        .with_provisioning(ProvisioningMode::Trust);
    let (collection, mut stores) = (unique(), Vec::new());
    for namespace in ["", "tenant-1", "tenant-2"] {
        let options = options.clone().with_namespace(namespace);
        let store = DynamoStores::open(&config, &options).await?.collection();
        let data = namespace.to_owned().into();
        let absent = Precondition::Absent;
        store.put(&collection, "1", data, &absent).await?;
        stores.push((namespace, store));
    }
    for (namespace, store) in stores {
        let page = store
            .range(&collection, &Range::All, &PageRequest::default())
            .await?;
        let data: Vec<_> = page.items.into_iter().map(|found| found.data).collect();
        equal("documents", data, vec![namespace.to_owned().into()])?;
    }
    Ok(())
}

/// Both services are asked, and what is wrong with one is told.
async fn health() -> Outcome {
    let config = AwsConfig::from_env().await;
    let tables = DynamoOptions::default()
        .with_table_prefix(TABLES)
        .with_provisioning(ProvisioningMode::Trust);
    let bucket = S3Options::new(BUCKET).with_provisioning(ProvisioningMode::Trust);
    let stores = AwsStores::open(&config, &tables, &bucket).await?;
    equal("both", stores.health().await, Health::Up)?;
    stores.stores().counter()?.value("a").await?;
    let missing = tables.clone().with_table_prefix(unique());
    let stores = AwsStores::open(&config, &missing, &bucket).await?;
    says("no tables", &stores.health().await, "table")?;
    let nowhere = S3Options::new(unique()).with_provisioning(ProvisioningMode::Trust);
    let stores = AwsStores::open(&config, &tables, &nowhere).await?;
    says("no bucket", &stores.health().await, "bucket")
}

/// What is wrong with whoever asks is told as well.
async fn health_names_the_cause() -> Outcome {
    const CLOCK: &str = r#"{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature expired"}"#;
    const KEY: &str = r#"{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"The security token is invalid"}"#;
    const RIGHTS: &str =
        r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"not authorized"}"#;
    let wire = Wire::new();
    let stores = dynamo_over(&wire).await?;
    for (body, word) in [(CLOCK, "clock"), (KEY, "credentials"), (RIGHTS, "policy")] {
        // The SDK may correct its clock by the first answer, so that one is asked again.
        for _ in 0..2 {
            wire.fail("GetItem", Fault::Answer { status: 400, body });
        }
        says(word, &stores.health().await, word)?;
        // One that was not asked for is met here.
        while !wire.is_spent() {
            stores.health().await;
        }
    }
    let broken = DynamoStores::open(&nowhere(&Wire::new()), &trusting()).await?;
    says("no network", &broken.health().await, "reached")
}

/// S3 gives no reason to who asks without wanting a body, so it is asked for one.
async fn health_of_s3() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    for (status, body, word) in [
        (
            403,
            "<Error><Code>RequestTimeTooSkewed</Code></Error>",
            "clock",
        ),
        (400, "<Error><Code>ExpiredToken</Code></Error>", "expired"),
        (403, "<Error><Code>AccessDenied</Code></Error>", "policy"),
        (404, "<Error><Code>NoSuchBucket</Code></Error>", "bucket"),
    ] {
        // The SDK may correct its clock by the first answer, so that one is asked again.
        for _ in 0..2 {
            wire.fail("ListObjectsV2", Fault::Answer { status, body });
        }
        says(word, &store.health().await, word)?;
        while !wire.is_spent() {
            store.health().await;
        }
    }
    equal("again", store.health().await, Health::Up)
}

/// Each call signs with what its provider gives then, and says so when that is over.
async fn credentials_that_expire() -> Outcome {
    const EXPIRED: &str = r#"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"The security token included in the request is expired"}"#;
    let wire = Wire::new();
    let store = dynamo_over(&wire).await?.collection();
    wire.fail(
        "GetItem",
        Fault::Answer {
            status: 400,
            body: EXPIRED,
        },
    );
    let Err(error) = store.get("orders", "1").await else {
        return Err(Failed::from("it succeeded"));
    };
    equal("kind", error.kind(), ErrorKind::Denied)?;
    // Somebody renews them, so nothing is given up for it.
    equal("temporary", error.is_temporary(), true)?;
    equal("says so", error.to_string().contains("expired"), true)?;
    store.get("orders", "1").await?;
    Ok(())
}

fn says(what: &str, health: &Health, word: &str) -> Outcome {
    match health {
        Health::Down(why) if why.contains(word) => Ok(()),
        other => Err(Failed::from(format!("{what}: {other:?}"))),
    }
}

/// Under the longest names there can be.
async fn largest_document() -> Outcome {
    let config = AwsConfig::from_env().await;
    let options = DynamoOptions::default()
        .with_table_prefix(TABLES)
        .with_namespace("n".repeat(64))
        .with_provisioning(ProvisioningMode::Trust);
    let store = DynamoStores::open(&config, &options).await?.collection();
    let key_max = store.capabilities().key_max;
    let name = format!("{}{}", unique(), "x".repeat(key_max));
    let name = &name[..key_max];
    let max = store.capabilities().value_max.ok_or("no limit")?;
    let mut data = vec![0; usize::try_from(max)?];
    store
        .put(name, name, data.clone().into(), &Precondition::None)
        .await?;
    data.push(0);
    let refused = store
        .put(name, name, data.into(), &Precondition::None)
        .await;
    fails("one byte more", refused, ErrorKind::Limit)
}
