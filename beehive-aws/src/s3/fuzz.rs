//! What must hold of what S3 tells, and of where bodies are said to be, whatever it is.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use std::sync::OnceLock;

use aws_config::SdkConfig;
use beehive_core::ErrorKind;
use beehive_core::fuzzing::Form;
use futures_util::FutureExt as _;

use super::decoding::{etag, quoted, unescaped};
use super::url::url;
use super::{Claim, ClaimCheck, S3KeyValue, S3Options};
use crate::{AwsConfig, ProvisioningMode};

/// A key as it is listed, and a version on the next line.
///
/// A key that is read is the same when it is written as a URL and read again, and so is a version.
pub(crate) fn key(data: &[u8]) {
    const BUCKET: &str = "http://localhost/shop/";
    let text = String::from_utf8_lossy(data);
    let (listed, version) = text.split_once('\n').unwrap_or((&text, ""));
    match unescaped(listed) {
        Ok(key) => {
            assert!(key.len() <= listed.len());
            let url = url(Some("http://localhost"), "eu-west-1", "shop", &key);
            let path = url.strip_prefix(BUCKET).unwrap();
            assert!(path.bytes().all(|byte| byte.is_ascii_graphic()), "{path}");
            assert_eq!(unescaped(path).unwrap(), key);
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::Unexpected, "{error}"),
    }
    match etag(Some(version)) {
        Ok(read) => assert_eq!(etag(Some(&quoted(&read))).unwrap(), read),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Unexpected, "{error}"),
    }
}

/// A claim in a [`Form`], of which `HASH` in the URL stands for its hash.
///
/// No claim leads to anything but a body of this place.
pub(crate) fn claim(data: &[u8]) {
    let form = Form::read(data);
    let said = |name: &str| {
        let mut headers = form.headers();
        headers
            .find(|(given, _)| *given == name)
            .map(|(_, value)| value)
    };
    let sha256 = said("sha256").unwrap_or_default();
    let claim = Claim {
        url: said("url").unwrap_or_default().replace("HASH", &sha256),
        sha256,
    };
    match claims().place_of(&claim) {
        Ok(key) => {
            let hash = key.strip_prefix("claims/").unwrap();
            assert_eq!(hash, claim.sha256);
            assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert!(claim.url.ends_with(&key), "{}", claim.url);
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::Denied, "{error}"),
    }
}

fn claims() -> &'static ClaimCheck {
    static CLAIMS: OnceLock<ClaimCheck> = OnceLock::new();
    CLAIMS.get_or_init(|| {
        let config = AwsConfig::new(SdkConfig::builder().build()).with_region("eu-west-1");
        let options = S3Options::new("shop").with_provisioning(ProvisioningMode::Trust);
        // Nobody is asked, so there is nothing to wait for.
        let store = S3KeyValue::open(&config, &options).now_or_never();
        ClaimCheck::new(store.unwrap().unwrap(), "claims/")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_key(listed in "([a-z/+ ]|%[0-9a-fA-F]{2}|%.{0,2}|.){0,12}", version in "\"{0,2}.{0,8}\"{0,2}") {
            key(format!("{listed}\n{version}").as_bytes());
        }

        #[test]
        fn any_claim(
            start in "https://(shop|vault)\\.s3\\.eu-west-1\\.amazonaws\\.com/(claims|invoices)/|.{0,20}",
            end in "(HASH)?.{0,3}",
            sha256 in "[0-9a-f]{64}|[0-9a-fA-F]{63,65}|\\.\\./[a-z]{0,9}",
        ) {
            claim(format!("url: {start}{end}\nsha256: {sha256}").as_bytes());
        }
    }
}
