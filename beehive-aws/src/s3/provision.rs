//! The bucket: made, or checked, before anything uses it.

use aws_sdk_s3::operation::create_bucket::CreateBucketError;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use beehive_core::{Error, ErrorKind, Result};

use super::place::Place;
use crate::ProvisioningMode;
use crate::attempts::Repeat;

const CHECK: &str = "check bucket";
const CREATE: &str = "create bucket";
/// The one region that must not be named when a bucket is made there.
const UNNAMED_REGION: &str = "us-east-1";

/// Sees to it that the bucket is there.
pub(super) async fn ensure(place: &Place, mode: ProvisioningMode) -> Result<()> {
    if mode == ProvisioningMode::Trust || is_there(place).await? {
        return Ok(());
    }
    if mode == ProvisioningMode::Create {
        return create(place).await;
    }
    Err(Error::new(
        ErrorKind::Configuration,
        "the bucket does not exist; create it, or open the store once with `ProvisioningMode::Create`",
    )
    .with_operation(CHECK))
}

/// Lists one key, which takes the same right as to ask for the bucket itself: that is answered without
/// a body, and so without the reason, be it credentials or this machine's clock.
async fn is_there(place: &Place) -> Result<bool> {
    let found = place
        .attempts
        .call(Repeat::Always, || {
            place
                .client
                .list_objects_v2()
                .bucket(&*place.bucket)
                .prefix(&*place.prefix)
                .max_keys(1)
                .send()
        })
        .await;
    match found {
        Ok(_) => Ok(true),
        Err(failed) if failed.code() == Some("NoSuchBucket") => Ok(false),
        Err(failed) => Err(failed.into_error(CHECK)),
    }
}

async fn create(place: &Place) -> Result<()> {
    let location = (*place.region != *UNNAMED_REGION).then(|| {
        CreateBucketConfiguration::builder()
            .location_constraint(BucketLocationConstraint::from(&*place.region))
            .build()
    });
    let created = place
        .attempts
        .call(Repeat::Always, || {
            place
                .client
                .create_bucket()
                .bucket(&*place.bucket)
                .set_create_bucket_configuration(location.clone())
                .send()
        })
        .await;
    match created {
        Ok(_) => Ok(()),
        Err(failed) => match failed.service() {
            // Another process was faster, or an attempt before this one was.
            Some(CreateBucketError::BucketAlreadyOwnedByYou(_)) => Ok(()),
            Some(CreateBucketError::BucketAlreadyExists(_)) => Err(Error::new(
                ErrorKind::Configuration,
                "the bucket is somebody else's: names are shared by all of AWS; choose another",
            )),
            _ => Err(failed.into_error(CREATE)),
        },
    }
}
