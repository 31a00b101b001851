//! All stores on AWS, together.

use beehive_core::Result;
use beehive_core::queue::Health;
use beehive_core::store::Stores;
use futures_util::future::{join, try_join};

use crate::AwsConfig;
use crate::dynamo::{DynamoOptions, DynamoStores};
use crate::s3::{S3KeyValue, S3Options};

/// All stores of a hive, on DynamoDB and S3.
///
/// ```no_run
/// use beehive_aws::dynamo::DynamoOptions;
/// use beehive_aws::s3::S3Options;
/// use beehive_aws::{AwsConfig, AwsStores, ProvisioningMode};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let config = AwsConfig::from_env().await;
/// let tables = DynamoOptions::default().with_provisioning(ProvisioningMode::Create);
/// let bucket = S3Options::new("shop-documents");
/// let aws = AwsStores::open(&config, &tables, &bucket).await?;
/// let stores = aws.stores();
/// stores.counter()?.add("orders", 1).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AwsStores {
    dynamo: DynamoStores,
    key_value: S3KeyValue,
}

impl AwsStores {
    /// Finds or makes the tables and the bucket, as the options say.
    ///
    /// # Errors
    /// Those of [`DynamoStores::open`] and [`S3KeyValue::open`].
    ///
    /// # Cancel safety
    /// Dropping the future may leave some of it made; opening again goes on from there.
    pub async fn open(
        config: &AwsConfig,
        tables: &DynamoOptions,
        bucket: &S3Options,
    ) -> Result<Self> {
        let opened = try_join(
            DynamoStores::open(config, tables),
            S3KeyValue::open(config, bucket),
        );
        let (dynamo, key_value) = opened.await?;
        Ok(Self { dynamo, key_value })
    }

    /// The stores, for a hive.
    pub fn stores(&self) -> Stores {
        let stores = Stores::none().with_key_value(self.key_value.clone());
        self.dynamo.beside(stores)
    }

    /// Those on DynamoDB.
    pub fn dynamo(&self) -> &DynamoStores {
        &self.dynamo
    }

    /// The one on S3, such as for a [`ClaimCheck`](crate::s3::ClaimCheck).
    pub fn key_value(&self) -> &S3KeyValue {
        &self.key_value
    }

    /// How both services are, asked with one request each.
    pub async fn health(&self) -> Health {
        match join(self.dynamo.health(), self.key_value.health()).await {
            (Health::Up, values) => values,
            (Health::Down(tables), Health::Down(values)) => {
                Health::Down(format!("{tables}; {values}"))
            }
            (tables, _) => tables,
        }
    }
}
