//! One node of the broker.

use std::fmt;
use std::net::IpAddr;

/// How bytes get to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// `amqp://`
    Plain,
    /// `amqps://`
    Tls,
}

/// One node of the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) transport: Transport,
    /// A name or an address; an IPv6 address has no brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Server {
    /// Whether it is surely on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => address
                .to_ipv4_mapped()
                .map_or(address.is_loopback(), |address| address.is_loopback()),
            Ok(IpAddr::V4(address)) => address.is_loopback(),
            Err(_) => self
                .host
                .trim_end_matches('.')
                .eq_ignore_ascii_case("localhost"),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(host: &str) -> Server {
        Server {
            transport: Transport::Plain,
            host: host.into(),
            port: 1,
        }
    }

    #[test]
    fn only_what_cannot_leave_this_machine_is_loopback() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "::ffff:127.0.0.1",
        ] {
            assert!(server(host).is_loopback(), "{host}");
        }
        for host in [
            "",
            "rabbit",
            "localhost.example",
            "127.0.0.1.example",
            "10.0.0.1",
            "128.0.0.1",
            "0.0.0.0",
            "::",
            "::2",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!server(host).is_loopback(), "{host}");
        }
    }

    #[test]
    fn an_address_of_version_six_stands_in_brackets() {
        assert_eq!(server("::1").to_string(), "[::1]:1");
        assert_eq!(server("rabbit").to_string(), "rabbit:1");
    }
}
