//! What tables that are made are paid by.

use std::num::NonZeroU32;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{BillingMode, ProvisionedThroughput};

/// What a table that is made is paid by. A table that is there keeps what it has.
///
/// ```
/// use std::num::NonZeroU32;
/// use beehive_aws::dynamo::{Capacity, DynamoOptions, DynamoTable};
///
/// let hundred = NonZeroU32::new(100).unwrap();
/// let steady = Capacity::Provisioned { reads: hundred, writes: hundred };
/// // Every event passes the inbox; the others may be busy at times.
/// let options = DynamoOptions::default().with_table_capacity(DynamoTable::Inbox, steady);
/// assert_eq!(options.capacity(DynamoTable::Inbox), steady);
/// assert_eq!(options.capacity(DynamoTable::Collection), Capacity::OnDemand);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capacity {
    /// By the request: nothing to plan, and nothing to pay while nothing happens.
    #[default]
    OnDemand,
    /// By the hour, for so many units a second, used or not: cheaper where the load is steady. What is
    /// beyond them is throttled and tried again, and fails as temporary in the end; so let a scaling
    /// policy follow the load, or plan for its peak.
    Provisioned {
        /// Strongly consistent reads of up to 4 KiB a second.
        reads: NonZeroU32,
        /// Writes of up to 1 KiB a second.
        writes: NonZeroU32,
    },
}

/// One of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DynamoTable {
    /// That of documents.
    Collection,
    /// That of key-lists.
    KeyList,
    /// That of counters, and of what was applied to them once.
    Counter,
    /// That of locks.
    Lock,
    /// That of events which were processed.
    Inbox,
}

impl Capacity {
    pub(super) fn billing_mode(self) -> BillingMode {
        match self {
            Self::OnDemand => BillingMode::PayPerRequest,
            Self::Provisioned { .. } => BillingMode::Provisioned,
        }
    }

    /// The units, where they are provisioned.
    pub(super) fn throughput(self) -> Result<Option<ProvisionedThroughput>, BuildError> {
        match self {
            Self::OnDemand => Ok(None),
            Self::Provisioned { reads, writes } => ProvisionedThroughput::builder()
                .read_capacity_units(reads.get().into())
                .write_capacity_units(writes.get().into())
                .build()
                .map(Some),
        }
    }
}
