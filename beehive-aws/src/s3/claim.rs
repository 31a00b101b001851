//! Claim check: a body that is too large for a queue is left on S3, and the event says where.

use std::fmt::Write as _;

use beehive_core::store::{KeyValueStore as _, Precondition, PutOptions};
use beehive_core::{Error, ErrorKind, Result};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::key_value::S3KeyValue;

/// Where a body was left, and how to know that it is that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where it is; for [`Event::with_body_url`](beehive_core::Event::with_body_url). Not signed, so
    /// whoever reads the event needs rights of its own to read the body.
    pub url: String,
    /// The SHA-256 of the body, as 64 hexadecimal digits.
    pub sha256: String,
}

/// Leaves bodies on S3 and fetches them.
///
/// ```no_run
/// use beehive_aws::AwsConfig;
/// use beehive_aws::s3::{ClaimCheck, S3KeyValue, S3Options};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let config = AwsConfig::from_env().await;
/// let store = S3KeyValue::open(&config, &S3Options::new("shop-bodies")).await?;
/// let claims = ClaimCheck::new(store, "claims/");
/// let claim = claims.deposit("a large body".into()).await?;
/// assert_eq!(claims.redeem(&claim, 1024).await?, "a large body");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClaimCheck {
    store: S3KeyValue,
    prefix: String,
}

impl ClaimCheck {
    /// Bodies are left under keys with this prefix. They are named by their hash, so the same body
    /// that is left twice is there once. Let a lifecycle rule of the bucket delete them when no event
    /// can be on its way any more; leaving a body again makes it new.
    pub fn new(store: S3KeyValue, prefix: impl Into<String>) -> Self {
        Self {
            store,
            prefix: prefix.into(),
        }
    }

    /// Leaves a body.
    ///
    /// # Errors
    /// Those of the store.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the body there whole or not at all.
    pub async fn deposit(&self, body: Bytes) -> Result<Claim> {
        let sha256 = hash(&body);
        let key = self.key(&sha256);
        self.store
            .put(&key, body.into(), PutOptions::default())
            .await?;
        Ok(Claim {
            url: self.store.url(&key),
            sha256,
        })
    }

    /// Fetches a body.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] if the claim is for a place that is not this one's, so that no event can
    /// have something else read; [`ErrorKind::NotFound`] if the body is gone; [`ErrorKind::Limit`] if
    /// it has more than `max` bytes; [`ErrorKind::Undecodable`] if it is another body.
    pub async fn redeem(&self, claim: &Claim, max: usize) -> Result<Bytes> {
        let failed = |error: Error| {
            error
                .with_operation("redeem claim")
                .with_context("sha256", &claim.sha256)
        };
        let key = self.place_of(claim).map_err(failed)?;
        let found = self.store.get(&key).await.map_err(failed)?;
        let Some(entry) = found else {
            return Err(failed(Error::new(
                ErrorKind::NotFound,
                "the body is gone; does a lifecycle rule delete bodies before their events are done?",
            )));
        };
        let body = entry.value.into_bytes(max).await.map_err(failed)?;
        if hash(&body) != claim.sha256 {
            return Err(failed(Error::new(
                ErrorKind::Undecodable,
                "the body is not the one that was left",
            )));
        }
        Ok(body)
    }

    /// Removes a body. Other events may share it, so this is for who knows that none does.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] if the claim is for a place that is not this one's.
    pub async fn discard(&self, claim: &Claim) -> Result<()> {
        let key = self.place_of(claim)?;
        self.store.delete(&key, &Precondition::None).await
    }

    fn key(&self, sha256: &str) -> String {
        format!("{}{sha256}", self.prefix)
    }

    /// The key of a claim, if it is one of this place.
    pub(super) fn place_of(&self, claim: &Claim) -> Result<String> {
        let is_hash = claim.sha256.len() == 64
            && claim
                .sha256
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let key = self.key(&claim.sha256);
        if !is_hash || self.store.url(&key) != claim.url {
            return Err(Error::new(
                ErrorKind::Denied,
                "the claim is for another place than that of this claim check",
            ));
        }
        Ok(key)
    }
}

fn hash(body: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(body) {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use aws_config::SdkConfig;

    use super::*;
    use crate::s3::S3Options;
    use crate::{AwsConfig, ProvisioningMode};

    async fn claims() -> ClaimCheck {
        let config = AwsConfig::new(SdkConfig::builder().build()).with_region("eu-west-1");
        let options = S3Options::new("shop").with_provisioning(ProvisioningMode::Trust);
        ClaimCheck::new(
            S3KeyValue::open(&config, &options).await.unwrap(),
            "claims/",
        )
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        assert_eq!(
            hash(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn only_claims_of_this_place_are_redeemed() {
        let claims = claims().await;
        let sha256 = hash(b"abc");
        let ours = format!("https://shop.s3.eu-west-1.amazonaws.com/claims/{sha256}");
        let claim = |url: &str, sha256: &str| Claim {
            url: url.to_owned(),
            sha256: sha256.to_owned(),
        };
        assert!(claims.place_of(&claim(&ours, &sha256)).is_ok());
        let elsewhere = ours.replace("claims/", "invoices/");
        let other_bucket = ours.replace("shop.", "vault.");
        let upper = sha256.to_uppercase();
        for (url, sha256) in [
            (&*elsewhere, &*sha256),
            (&other_bucket, &sha256),
            (&ours, "../secret"),
            (&ours, &upper),
            ("", &sha256),
        ] {
            let refused = claims.redeem(&claim(url, sha256), 10).await;
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied, "{url}");
        }
    }
}
