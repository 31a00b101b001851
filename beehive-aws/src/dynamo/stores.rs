//! The stores on DynamoDB, together.

use std::fmt;

use aws_sdk_dynamodb::Client;
use beehive_core::queue::Health;
use beehive_core::store::Stores;
use beehive_core::{Error, Result};
use futures_util::future::try_join_all;

use super::item;
use super::names::Names;
use super::options::DynamoOptions;
use super::provision::{COLLECTION, COUNTER, INBOX, KEY_LIST, LOCK, Provision, SHAPES, Shape};
use super::table::Table;
use super::{DynamoCollection, DynamoCounter, DynamoInbox, DynamoKeyList, DynamoLock};
use crate::AwsConfig;
use crate::attempts::Attempts;

/// The stores on DynamoDB of one installation, as one namespace sees them.
///
/// ```no_run
/// use beehive_aws::AwsConfig;
/// use beehive_aws::dynamo::{DynamoOptions, DynamoStores};
/// use beehive_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let config = AwsConfig::from_env().await;
/// let dynamo = DynamoStores::open(&config, &DynamoOptions::default()).await?;
/// let stores = Stores::none().with_lock(dynamo.lock());
/// # let _ = stores;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DynamoStores {
    places: Places,
    /// All copies of a counter share what they know.
    counter: DynamoCounter,
}

#[derive(Clone)]
struct Places {
    client: Client,
    attempts: Attempts,
    names: Names,
    options: DynamoOptions,
}

impl DynamoStores {
    /// Finds or makes the tables, as the options say.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](beehive_core::ErrorKind::Configuration) if a table is missing or
    /// is not as it should be, and for names that cannot be;
    /// [`ErrorKind::Denied`](beehive_core::ErrorKind::Denied) without credentials or rights.
    ///
    /// # Cancel safety
    /// Dropping the future may leave some of the tables made; opening again goes on from there.
    pub async fn open(config: &AwsConfig, options: &DynamoOptions) -> Result<Self> {
        let failed = |error: Error| error.with_operation("open stores");
        options.check().map_err(failed)?;
        let client = Client::new(&config.sdk(config.timeouts().attempt()));
        let attempts = Attempts::new(config.timeouts().operation());
        let provision = Provision {
            client: &client,
            attempts,
            options,
        };
        try_join_all(SHAPES.map(|shape| {
            let (provision, name) = (&provision, table_name(options, shape));
            async move { provision.ensure(&name, shape).await }
        }))
        .await?;
        let places = Places {
            client,
            attempts,
            names: Names::new(options.namespace()),
            options: options.clone(),
        };
        Ok(Self {
            counter: DynamoCounter::new(places.table(COUNTER), options.clock_tolerance()),
            places,
        })
    }

    /// The collection store.
    pub fn collection(&self) -> DynamoCollection {
        DynamoCollection::new(self.places.table(COLLECTION))
    }

    /// The key-list store.
    pub fn key_list(&self) -> DynamoKeyList {
        DynamoKeyList::new(self.places.table(KEY_LIST))
    }

    /// The counter store.
    pub fn counter(&self) -> DynamoCounter {
        self.counter.clone()
    }

    /// The lock store.
    pub fn lock(&self) -> DynamoLock {
        DynamoLock::new(
            self.places.table(LOCK),
            self.places.options.clock_tolerance(),
        )
    }

    /// The inbox.
    pub fn inbox(&self) -> DynamoInbox {
        DynamoInbox::new(
            self.places.table(INBOX),
            self.places.options.clock_tolerance(),
        )
    }

    /// How DynamoDB is, asked with one read; the text names what is wrong, such as credentials, rights,
    /// a missing table or the clock of this machine.
    pub async fn health(&self) -> Health {
        let table = self.places.table(LOCK);
        let key = item::key(&table.names.one("health"), None);
        match table.read("ask DynamoDB", key).await {
            Ok(_) => Health::Up,
            Err(error) => Health::Down(error.to_string()),
        }
    }

    /// These stores beside what a hive has already.
    #[must_use]
    pub fn beside(&self, stores: Stores) -> Stores {
        stores
            .with_collection(self.collection())
            .with_key_list(self.key_list())
            .with_counter(self.counter())
            .with_lock(self.lock())
            .with_inbox(self.inbox())
    }
}

impl fmt::Debug for DynamoStores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoStores")
            .field("options", &self.places.options)
            .finish_non_exhaustive()
    }
}

impl Places {
    fn table(&self, shape: Shape) -> Table {
        Table {
            client: self.client.clone(),
            attempts: self.attempts,
            name: table_name(&self.options, shape).into(),
            names: self.names.clone(),
        }
    }
}

fn table_name(options: &DynamoOptions, shape: Shape) -> String {
    format!("{}-{}", options.table_prefix(), shape.suffix)
}
