//! Values on S3: written where none is, and read.

use beehive_aws::s3::S3KeyValue;
use beehive_core::store::{KeyValueStore as _, PutOptions};
use beehive_tests::services::aws::{BUCKET, KEYS};
use beehive_tests::trials::namespace;

use super::{Bench, ONE_EACH, body};
use crate::Result;
use crate::report::Report;

/// More than a value has.
const LENGTH_MAX: usize = 1_024;

impl Bench<'_> {
    pub(super) async fn values(&self, report: &mut Report, store: &S3KeyValue) -> Result<()> {
        let name = namespace();
        let place = format!("{KEYS}{name}-by-hand");
        let config = aws_sdk_s3::config::Builder::from(&self.cloud.bare).force_path_style(true);
        let s3 = aws_sdk_s3::Client::from_conf(config.build());
        self.each(
            report,
            "value_insert",
            ONE_EACH,
            async |id| {
                let (key, value) = (format!("{name}/{id}"), body().into());
                store.put(&key, value, PutOptions::insert()).await?;
                Ok(())
            },
            async |id| {
                let request = s3.put_object().bucket(BUCKET).key(format!("{place}/{id}"));
                let request = request.if_none_match("*").body(body().into());
                request.send().await?;
                Ok(())
            },
        )
        .await?;
        self.each(
            report,
            "value_get",
            ONE_EACH,
            async |id| {
                let found = store.get(&format!("{name}/{id}")).await?;
                let found = found.ok_or("the value is gone")?;
                found.value.into_bytes(LENGTH_MAX).await?;
                Ok(())
            },
            async |id| {
                let request = s3.get_object().bucket(BUCKET).key(format!("{place}/{id}"));
                request.send().await?.body.collect().await?;
                Ok(())
            },
        )
        .await
    }
}
