//! What must hold of the URL of an endpoint, whatever it is.

use super::without_user;

/// The URL of an endpoint.
///
/// What is shown of it has no user, no password, and nothing of what follows the host.
pub(crate) fn endpoint(data: &[u8]) {
    let url = String::from_utf8_lossy(data);
    let shown = without_user(&url);
    assert!(!shown.contains(['@', '?', '#']), "{shown}");
    let (scheme, host) = shown.split_once("://").unwrap_or_default();
    assert!(!scheme.contains('/') && !host.contains('/'), "{shown}");
    assert!(url.contains(scheme) && url.contains(host), "{shown}");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_endpoint(url in "([a-z:@]{0,6}://)?([a-z:@]{0,9}@)?[a-z.]{0,9}(:[0-9]{1,5})?[/?#]?.{0,9}|.{0,30}") {
            endpoint(url.as_bytes());
        }
    }
}
