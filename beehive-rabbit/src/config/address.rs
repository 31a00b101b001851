//! Reads a broker's URL. Nothing of the URL's text is in an error, since some of it is a password.

use std::num::NonZeroU16;
use std::time::Duration;

use lapin::uri::{AMQPScheme, AMQPUri, SASLMechanism};
use url::{Host, Url};

use super::{Credentials, Server, Transport};

/// What a URL may set behind its question mark.
const PARAMETERS: [&str; 5] = [
    "frame_max",
    "channel_max",
    "heartbeat",
    "connection_timeout",
    "auth_mechanism",
];
/// What other clients read there, and we elsewhere.
const PARAMETERS_ELSEWHERE: [(&str, &str); 6] = [
    (
        "cacertfile",
        "give the CA file with with_ca_file or BEEHIVE_RABBIT_CA_FILE",
    ),
    (
        "certfile",
        "give the client's certificate with with_client_certificate or BEEHIVE_RABBIT_CERT_FILE",
    ),
    (
        "keyfile",
        "give the client's key with with_client_certificate or BEEHIVE_RABBIT_KEY_FILE",
    ),
    (
        "verify",
        "the broker's certificate is always verified; leave `verify` away",
    ),
    (
        "server_name_indication",
        "the host of the URL is the name that the certificate must have",
    ),
    (
        "password",
        "keys with a password cannot be read; give one without",
    ),
];

/// What a URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) server: Server,
    pub(super) vhost: String,
    pub(super) credentials: Credentials,
    pub(super) settings: Settings,
}

/// What a URL sets behind its question mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) frame_max: Option<u32>,
    pub(super) channel_max: Option<NonZeroU16>,
    pub(super) heartbeat: Option<Duration>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) mechanism: SASLMechanism,
}

/// Reads a URL, or says all that is wrong with it.
pub(super) fn read(text: &str) -> Result<Address, Vec<String>> {
    const ENCODE: &str = "write the user and the password percent-encoded: @ as %40, # as %23, \
                          / as %2F, : as %3A, ? as %3F, % as %25";
    let text = text.trim();
    let url = Url::parse(text).map_err(|error| vec![format!("it is no URL: {error}; {ENCODE}")])?;
    let mut findings = Vec::new();
    if !matches!(url.scheme(), "amqp" | "amqps") {
        findings.push("it begins neither with amqp:// nor with amqps://".to_owned());
    }
    if url.cannot_be_a_base() {
        findings.push("there is no // behind the scheme".to_owned());
    }
    if url.fragment().is_some() || url.path().contains('@') {
        findings.push(format!(
            "the password reaches into what follows it; {ENCODE}"
        ));
    }
    findings.extend(url.query_pairs().filter_map(|(name, _)| unread(&name)));
    if !findings.is_empty() {
        return Err(findings);
    }
    let uri = text.parse::<AMQPUri>().map_err(|_| {
        vec![format!(
            "a part of it cannot be read: frame_max, channel_max, heartbeat (seconds) and \
             connection_timeout (milliseconds) are numbers, auth_mechanism is PLAIN or EXTERNAL, \
             and what is percent-encoded is UTF-8; {ENCODE}"
        )]
    })?;
    let settings = settings(&uri).map_err(|finding| vec![finding.to_owned()])?;
    Ok(Address {
        server: Server {
            transport: match uri.scheme {
                AMQPScheme::AMQP => Transport::Plain,
                AMQPScheme::AMQPS => Transport::Tls,
            },
            host: host(&url).unwrap_or(uri.authority.host),
            port: uri.authority.port,
        },
        vhost: uri.vhost,
        credentials: credentials(&url, uri.authority.userinfo),
        settings,
    })
}

/// Why a parameter is not read; it is named only if it is surely none that a password ran into.
fn unread(name: &str) -> Option<String> {
    if PARAMETERS.contains(&name) {
        return None;
    }
    let elsewhere = PARAMETERS_ELSEWHERE
        .iter()
        .find(|(parameter, _)| *parameter == name);
    Some(match elsewhere {
        Some((parameter, remedy)) => format!("`{parameter}` is not read from the URL: {remedy}"),
        None => format!(
            "there is a parameter behind the ? that is none of {}",
            PARAMETERS.join(", ")
        ),
    })
}

/// The driver takes an IPv6 address for no host at all, and would connect to this machine instead.
fn host(url: &Url) -> Option<String> {
    match url.host() {
        Some(Host::Ipv6(address)) => Some(address.to_string()),
        _ => None,
    }
}

/// The driver takes `guest` for the password of every user that has none.
fn credentials(url: &Url, user: lapin::uri::AMQPUserInfo) -> Credentials {
    let names_nobody = url.username().is_empty();
    let password = if url.password().is_none() && !names_nobody {
        String::new()
    } else {
        user.password
    };
    Credentials::new(user.username, password)
}

fn settings(uri: &AMQPUri) -> Result<Settings, &'static str> {
    let mechanism = uri.query.auth_mechanism.unwrap_or_default();
    if !matches!(mechanism, SASLMechanism::Plain | SASLMechanism::External) {
        return Err("auth_mechanism is PLAIN or EXTERNAL");
    }
    Ok(Settings {
        frame_max: uri.query.frame_max,
        channel_max: uri.query.channel_max.and_then(NonZeroU16::new),
        heartbeat: uri
            .query
            .heartbeat
            .map(|seconds| Duration::from_secs(seconds.into())),
        connect_timeout: uri.query.connection_timeout.map(Duration::from_millis),
        mechanism,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        read(text).unwrap_or_else(|findings| panic!("{text}: {findings:?}"))
    }

    #[test]
    fn a_url_says_where_and_who() {
        for (text, server, vhost, user, password) in [
            ("amqp://h", "h:5672", "/", "guest", "guest"),
            ("amqps://h", "h:5671", "/", "guest", "guest"),
            (" amqp://u:p@h:1/v\n", "h:1", "v", "u", "p"),
            ("amqp://u%40x:p%2F%23@h/%2f", "h:5672", "/", "u@x", "p/#"),
            ("amqp://u:p@h/a%2Fb", "h:5672", "a/b", "u", "p"),
            ("amqp://u:p%3A@10.1.2.3", "10.1.2.3:5672", "/", "u", "p:"),
            ("amqp://u@h", "h:5672", "/", "u", ""),
            ("amqp://u:@h", "h:5672", "/", "u", ""),
            ("amqp://[::1]:7/", "[::1]:7", "", "guest", "guest"),
            (
                "amqps://[2001:db8::2]",
                "[2001:db8::2]:5671",
                "/",
                "guest",
                "guest",
            ),
        ] {
            let address = address(text);
            assert_eq!(address.server.to_string(), server, "{text}");
            assert_eq!(address.vhost, vhost, "{text}");
            assert_eq!(
                address.credentials,
                Credentials::new(user, password),
                "{text}"
            );
        }
        assert_eq!(address("amqp://h").server.transport, Transport::Plain);
        assert_eq!(address("amqps://h").server.transport, Transport::Tls);
    }

    #[test]
    fn a_url_sets_what_it_may() {
        let text = "amqp://h?heartbeat=3&connection_timeout=1500&channel_max=7&frame_max=8192\
                    &auth_mechanism=external";
        assert_eq!(
            address(text).settings,
            Settings {
                frame_max: Some(8192),
                channel_max: NonZeroU16::new(7),
                heartbeat: Some(Duration::from_secs(3)),
                connect_timeout: Some(Duration::from_millis(1500)),
                mechanism: SASLMechanism::External,
            }
        );
        assert_eq!(address("amqp://h").settings, Settings::default());
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, finding) in [
            ("", "no URL"),
            ("hunter2", "no URL"),
            ("hunter2:x", "amqp://"),
            ("amqp:hunter2", "no //"),
            ("http://u:hunter2@h", "amqp://"),
            ("amqp://u:hunter2/x@h", "%40"),
            ("amqp://u:1/hunter2@h/v", "%40"),
            ("amqp://u:1#hunter2@h", "%40"),
            ("amqp://u:1?hunter2@h", "frame_max"),
            ("amqp://u:hunter2@h?heartbeat=soon", "heartbeat"),
            ("amqp://u:hunter2@h?heartbeat=70000", "heartbeat"),
            ("amqp://u:hunter2%FF@h", "UTF-8"),
            ("amqp://u:hunter2@h?auth_mechanism=rabbit-cr-demo", "PLAIN"),
            ("amqp://u:hunter2@h?cacertfile=/hunter2", "with_ca_file"),
            ("amqp://u:hunter2@h?verify=verify_none", "always verified"),
        ] {
            let findings = read(text).unwrap_err().join("; ");
            assert!(findings.contains(finding), "{text}: {findings}");
            assert!(!findings.contains("hunter2"), "{text}: {findings}");
        }
    }
}
