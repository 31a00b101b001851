//! Finds everything that is wrong with a configuration before anything is sent.

use std::time::Duration;

use beehive_core::{Error, ErrorKind};
use lapin::uri::SASLMechanism;

use super::{Login, Plaintext, RabbitConfig, Transport};

const HEARTBEAT_MIN: Duration = Duration::from_secs(1);
const HEARTBEAT_MAX: Duration = Duration::from_hours(1);
const TIMEOUT_MIN: Duration = Duration::from_millis(10);
const TIMEOUT_MAX: Duration = Duration::from_hours(24);
const CONSUMER_TIMEOUT_MIN: Duration = Duration::from_secs(2);
const SILENCE_MIN: Duration = Duration::from_secs(1);
const CONSUMER_TIMEOUT_MAX: Duration = Duration::from_hours(365 * 24);
/// What RabbitMQ takes from 4.1 on; older ones take half of it.
const FRAME_MIN: u32 = 8192;
const LANES_MAX: usize = 256;
const WINDOW_MAX: usize = 10_000;
const NAME_LENGTH_MAX: usize = 200;

/// Everything that is wrong, as one error.
pub(super) fn error(operation: &'static str, findings: &[String]) -> Error {
    let text = match findings {
        [finding] => finding.clone(),
        _ => findings
            .iter()
            .enumerate()
            .map(|(position, finding)| format!("({}) {finding}", position + 1))
            .collect::<Vec<_>>()
            .join("; "),
    };
    Error::new(ErrorKind::Configuration, text).with_operation(operation)
}

/// What is wrong with a configuration, each with its remedy.
pub(super) fn findings(config: &RabbitConfig) -> Vec<String> {
    let mut findings = Vec::new();
    transport(config, &mut findings);
    login(config, &mut findings);
    durations(config, &mut findings);
    sizes(config, &mut findings);
    findings
}

fn transport(config: &RabbitConfig, findings: &mut Vec<String>) {
    let (mut plain, mut encrypted) = (0, 0);
    for server in &config.servers {
        match server.transport {
            Transport::Tls => encrypted += 1,
            Transport::Plain => {
                plain += 1;
                if config.plaintext == Plaintext::Loopback && !server.is_loopback() {
                    findings.push(format!(
                        "password and events would go to {server} unencrypted; write amqps://, or \
                         allow it with with_plaintext(Plaintext::Anywhere) or \
                         BEEHIVE_RABBIT_PLAINTEXT=anywhere"
                    ));
                }
            }
        }
    }
    if encrypted > 0 {
        #[cfg(feature = "tls")]
        findings.extend(crate::connection::tls::findings(&config.tls));
        // The driver would speak to it unencrypted, without a word.
        #[cfg(not(feature = "tls"))]
        findings.push(
            "amqps:// takes the feature `tls` of beehive-rabbit, which is switched off".into(),
        );
    } else if plain > 0 && !config.tls.is_empty() {
        findings.push(
            "there is a CA file or a client certificate, and the URL says amqp://, which uses \
             neither; write amqps://"
                .into(),
        );
    }
}

fn login(config: &RabbitConfig, findings: &mut Vec<String>) {
    if config.vhost.is_empty() {
        findings.push(
            "the URL ends with a slash, which names the virtual host with the empty name; leave \
             the slash away for the virtual host /"
                .into(),
        );
    }
    let external = config.mechanism == SASLMechanism::External;
    if external && config.tls.certificate.is_none() {
        findings.push(
            "auth_mechanism=external takes a client certificate; give it with \
             with_client_certificate, or with BEEHIVE_RABBIT_CERT_FILE and BEEHIVE_RABBIT_KEY_FILE"
                .into(),
        );
    }
    if let Login::Url(credentials) = &config.login
        && credentials.password().is_empty()
        && !external
    {
        findings.push("the URL names a user and no password".into());
    }
    let name = &config.connection_name;
    if name.is_empty() || name.len() > NAME_LENGTH_MAX || name.contains(char::is_control) {
        findings.push(format!(
            "the name of the connection has 1 to {NAME_LENGTH_MAX} bytes and no control characters"
        ));
    }
}

fn durations(config: &RabbitConfig, findings: &mut Vec<String>) {
    let heartbeat = config.heartbeat;
    if !(HEARTBEAT_MIN..=HEARTBEAT_MAX).contains(&heartbeat) || heartbeat.subsec_nanos() > 0 {
        findings.push(format!(
            "a heartbeat is 1 second to 1 hour, in whole seconds, not {heartbeat:?}; without one a \
             dead connection is never noticed"
        ));
    }
    for (name, timeout) in [
        ("connect", config.connect_timeout),
        ("operation", config.operation_timeout),
        ("confirm", config.confirm_timeout),
    ] {
        if !(TIMEOUT_MIN..=TIMEOUT_MAX).contains(&timeout) {
            findings.push(format!(
                "the {name} time-out is 10 milliseconds to 24 hours, not {timeout:?}"
            ));
        }
    }
    let timeout = config.consumer_timeout;
    if !(CONSUMER_TIMEOUT_MIN..=CONSUMER_TIMEOUT_MAX).contains(&timeout) {
        findings.push(format!(
            "the consumer time-out is 2 seconds to 1 year, not {timeout:?}; give the broker's own"
        ));
    }
    let limit = config.silence_limit;
    if !(SILENCE_MIN..=TIMEOUT_MAX).contains(&limit) {
        findings.push(format!(
            "the silence limit is 1 second to 24 hours, not {limit:?}"
        ));
    }
}

fn sizes(config: &RabbitConfig, findings: &mut Vec<String>) {
    if config
        .frame_max
        .is_some_and(|size| size > 0 && size < FRAME_MIN)
    {
        findings.push(format!(
            "frame_max is at least {FRAME_MIN} bytes, or 0 for what the broker wants; leave it away"
        ));
    }
    let lanes = config.publish_lanes.get();
    if lanes > LANES_MAX {
        findings.push(format!(
            "there are at most {LANES_MAX} publish lanes, not {lanes}"
        ));
    }
    if config
        .channel_max
        .is_some_and(|most| usize::from(most.get()) < lanes + 1)
    {
        findings.push(format!(
            "channel_max leaves no room for {lanes} publish lanes and one more channel"
        ));
    }
    let window = config.publish_window.get();
    if window > WINDOW_MAX {
        findings.push(format!(
            "a publish window has at most {WINDOW_MAX} events, not {window}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    fn config(url: &str) -> RabbitConfig {
        RabbitConfig::from_url(url).unwrap()
    }

    fn assert_found(config: &RabbitConfig, words: &[&str]) {
        let error = config.check().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let text = error.to_string();
        for word in words {
            assert!(text.contains(word), "{text}");
        }
    }

    #[test]
    fn the_defaults_are_right() {
        config("amqp://localhost").check().unwrap();
        config("amqp://[::1]").check().unwrap();
        config("amqp://localhost?frame_max=0").check().unwrap();
        config("amqp://localhost?frame_max=8192").check().unwrap();
    }

    #[test]
    fn plaintext_leaves_this_machine_only_when_asked() {
        for url in ["amqp://rabbit", "amqp://10.0.0.1", "amqp://[2001:db8::1]"] {
            assert_found(&config(url), &["unencrypted", "amqps", "with_plaintext"]);
            let asked = config(url).with_plaintext(Plaintext::Anywhere);
            asked.check().unwrap();
        }
        let one_of_two = RabbitConfig::from_urls(["amqp://localhost", "amqp://rabbit"]).unwrap();
        assert_found(&one_of_two, &["rabbit:5672"]);
    }

    #[test]
    fn all_findings_come_at_once() {
        let config = config("amqp://u@rabbit/?heartbeat=0&frame_max=8191")
            .with_operation_timeout(Duration::ZERO)
            .with_confirm_timeout(Duration::MAX)
            .with_consumer_timeout(Duration::ZERO)
            .with_silence_limit(Duration::ZERO)
            .with_publish_lanes(NonZeroUsize::MAX)
            .with_publish_window(NonZeroUsize::MAX)
            .with_connection_name("a\nb")
            .with_ca_file("/ca");
        assert_found(
            &config,
            &[
                "(1) ",
                "(2) ",
                "unencrypted",
                "CA file",
                "slash",
                "no password",
                "control",
                "heartbeat",
                "operation",
                "confirm",
                "consumer",
                "silence",
                "frame_max",
                "lanes",
                "window",
            ],
        );
    }

    #[test]
    fn a_client_certificate_is_needed_to_be_known_by_it() {
        let config = config("amqp://localhost?auth_mechanism=external");
        assert_found(&config, &["client certificate"]);
    }

    #[test]
    fn half_seconds_of_heartbeat_cannot_be_told_the_broker() {
        let config = config("amqp://localhost").with_heartbeat(Duration::from_millis(1500));
        assert_found(&config, &["heartbeat", "1.5s"]);
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn what_cannot_be_encrypted_is_refused() {
        assert_found(&config("amqps://rabbit"), &["feature `tls`"]);
    }
}
