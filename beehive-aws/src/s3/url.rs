//! Where a value is, as others would ask for it.

/// The URL of an object: of S3 itself, or below an endpoint of one's own.
pub(super) fn url(endpoint: Option<&str>, region: &str, bucket: &str, key: &str) -> String {
    let path = encoded(key);
    match endpoint {
        Some(endpoint) => format!("{}/{bucket}/{path}", endpoint.trim_end_matches('/')),
        // A dot in the bucket would be one label too many for the certificate.
        None if bucket.contains('.') => {
            format!("https://s3.{region}.amazonaws.com/{bucket}/{path}")
        }
        None => format!("https://{bucket}.s3.{region}.amazonaws.com/{path}"),
    }
}

/// A key as a path: what a URL cannot hold is written by its bytes.
fn encoded(key: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut path = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push('%');
            path.push(char::from(DIGITS[usize::from(byte >> 4)]));
            path.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lead_to_the_object() {
        for (endpoint, bucket, key, expected) in [
            (
                None,
                "shop",
                "a/b",
                "https://shop.s3.eu-west-1.amazonaws.com/a/b",
            ),
            (
                None,
                "a.shop",
                "a",
                "https://s3.eu-west-1.amazonaws.com/a.shop/a",
            ),
            (
                Some("http://127.0.0.1:4566/"),
                "shop",
                "a b",
                "http://127.0.0.1:4566/shop/a%20b",
            ),
            (
                None,
                "shop",
                "ä+%",
                "https://shop.s3.eu-west-1.amazonaws.com/%C3%A4%2B%25",
            ),
        ] {
            assert_eq!(url(endpoint, "eu-west-1", bucket, key), expected);
        }
    }
}
