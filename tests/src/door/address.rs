//! The address in a URL.

use std::io;
use std::net::SocketAddr;

/// The `host:port` of a URL.
///
/// # Errors
/// It has none.
pub(crate) fn host_and_port(url: &str) -> io::Result<&str> {
    found(url).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("no host and port in {url}"),
        )
    })
}

/// The URL with another address in the place of this one.
pub(crate) fn leading_to(url: &str, service: &str, address: SocketAddr) -> String {
    url.replacen(service, &address.to_string(), 1)
}

fn found(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let (_, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    place.contains(':').then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_url_is_found() {
        for (url, expected) in [
            ("amqp://a:b@127.0.0.1:5672/%2f", Some("127.0.0.1:5672")),
            ("amqps://localhost:5671", Some("localhost:5671")),
            ("http://h:1?a=b@c:2", Some("h:1")),
            ("amqp://localhost/", None),
            ("localhost:1", None),
        ] {
            assert_eq!(host_and_port(url).ok(), expected, "{url}");
        }
    }

    #[test]
    fn only_the_address_is_replaced() {
        let (url, address) = (
            "http://u:p@h:1/h:1?a",
            SocketAddr::from(([127, 0, 0, 1], 80)),
        );
        assert_eq!(
            leading_to(url, "h:1", address),
            "http://u:p@127.0.0.1:80/h:1?a"
        );
    }
}
