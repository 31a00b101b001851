//! What tables are paid by.

use std::num::NonZeroU32;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::BillingMode;
use beehive_aws::dynamo::{Capacity, DynamoOptions, DynamoStores, DynamoTable};
use beehive_aws::{AwsConfig, ProvisioningMode};
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;

use super::equal;
use crate::emulator::{trial, unique};
use crate::wire::Wire;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("capacity::of_tables_that_are_made", of_made),
        trial("capacity::of_tables_that_are_there", of_there),
    ]
}

/// What DynamoDB says that a table is paid by: the mode, reads and writes.
type Paid = (BillingMode, i64, i64);

const ON_DEMAND: Paid = (BillingMode::PayPerRequest, 0, 0);

fn provisioned(reads: u32, writes: u32) -> Result<Capacity, Failed> {
    let units = |units| NonZeroU32::new(units).ok_or("no units");
    Ok(Capacity::Provisioned {
        reads: units(reads)?,
        writes: units(writes)?,
    })
}

async fn paid(prefix: &str, suffix: &str) -> Result<Paid, Failed> {
    let sdk = aws_config::defaults(BehaviorVersion::latest()).http_client(Wire::new());
    let client = aws_sdk_dynamodb::Client::new(&sdk.load().await);
    let name = format!("{prefix}-{suffix}");
    let described = client.describe_table().table_name(name).send().await?;
    let table = described.table.ok_or("no table is described")?;
    let mode = table.billing_mode_summary.and_then(|it| it.billing_mode);
    let units = table.provisioned_throughput;
    let units = units.map(|it| (it.read_capacity_units, it.write_capacity_units));
    let (reads, writes) = units.unwrap_or_default();
    // DynamoDB leaves the mode out where it always was this.
    let mode = mode.unwrap_or(BillingMode::Provisioned);
    Ok((mode, reads.unwrap_or_default(), writes.unwrap_or_default()))
}

async fn of_made() -> Outcome {
    let (config, prefix) = (AwsConfig::from_env().await, unique());
    let options = DynamoOptions::default()
        .with_table_prefix(&*prefix)
        .with_provisioning(ProvisioningMode::Create)
        .with_capacity(provisioned(7, 3)?)
        .with_table_capacity(DynamoTable::Inbox, provisioned(40, 20)?)
        .with_table_capacity(DynamoTable::Lock, Capacity::OnDemand);
    DynamoStores::open(&config, &options).await?;
    let expected = |reads, writes| (BillingMode::Provisioned, reads, writes);
    for (suffix, expected) in [
        ("collection", expected(7, 3)),
        ("key-list", expected(7, 3)),
        ("counter", expected(7, 3)),
        ("lock", ON_DEMAND),
        ("inbox", expected(40, 20)),
    ] {
        equal(suffix, paid(&prefix, suffix).await?, expected)?;
    }
    Ok(())
}

/// Whoever opens them again changes nothing, and finds no fault.
async fn of_there() -> Outcome {
    let (config, prefix) = (AwsConfig::from_env().await, unique());
    let options = DynamoOptions::default().with_table_prefix(&*prefix);
    let create = options.clone().with_provisioning(ProvisioningMode::Create);
    DynamoStores::open(&config, &create).await?;
    equal("at first", paid(&prefix, "inbox").await?, ON_DEMAND)?;
    for options in [create, options] {
        let options = options.with_capacity(provisioned(7, 3)?);
        DynamoStores::open(&config, &options).await?;
        equal("afterwards", paid(&prefix, "inbox").await?, ON_DEMAND)?;
    }
    Ok(())
}
