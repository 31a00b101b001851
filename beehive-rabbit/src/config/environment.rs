//! The configuration from environment variables.

use beehive_core::Result;

use super::{Namespace, Plaintext, RabbitConfig, check};

const URL_DEFAULT: &str = "amqp://guest:guest@127.0.0.1:5672";

/// A variable of the process; what is not Unicode is an error where it is used.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Reads what `variable` knows.
pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<RabbitConfig> {
    let variable = |name: &str| {
        let value = variable(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    let mut findings = Vec::new();
    let urls = variable("AMQP_URL").unwrap_or_else(|| URL_DEFAULT.into());
    let mut wrong = Vec::new();
    let config = RabbitConfig::read(urls.split_whitespace(), &mut wrong);
    findings.extend(wrong.iter().map(|finding| format!("AMQP_URL: {finding}")));
    let namespace = variable("BEEHIVE_RABBIT_NAMESPACE").map(|text| text.parse::<Namespace>());
    if let Some(Err(error)) = &namespace {
        findings.push(format!("BEEHIVE_RABBIT_NAMESPACE: {error}"));
    }
    let plaintext = match variable("BEEHIVE_RABBIT_PLAINTEXT").as_deref() {
        None | Some("loopback") => Plaintext::Loopback,
        Some("anywhere") => Plaintext::Anywhere,
        Some(_) => {
            findings.push("BEEHIVE_RABBIT_PLAINTEXT: it is `loopback` or `anywhere`".into());
            Plaintext::Loopback
        }
    };
    let certificate = variable("BEEHIVE_RABBIT_CERT_FILE");
    let key = variable("BEEHIVE_RABBIT_KEY_FILE");
    if certificate.is_some() != key.is_some() {
        findings.push(
            "BEEHIVE_RABBIT_CERT_FILE and BEEHIVE_RABBIT_KEY_FILE: set both or neither".into(),
        );
    }
    let Some(mut config) = config.filter(|_| findings.is_empty()) else {
        return Err(check::error("read environment", &findings));
    };
    if let Some(Ok(namespace)) = namespace {
        config = config.with_namespace(namespace);
    }
    if let Some(file) = variable("BEEHIVE_RABBIT_CA_FILE") {
        config = config.with_ca_file(file);
    }
    if let (Some(certificate), Some(key)) = (certificate, key) {
        config = config.with_client_certificate(certificate, key);
    }
    Ok(config.with_plaintext(plaintext))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<RabbitConfig> {
        read(|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_variables_it_is_the_broker_of_this_machine() {
        for variables in [
            &[][..],
            &[("AMQP_URL", ""), ("BEEHIVE_RABBIT_CA_FILE", " ")],
        ] {
            let config = from(variables).unwrap();
            assert_eq!(config.servers[0].to_string(), "127.0.0.1:5672");
            assert_eq!(
                (config.vhost.as_str(), config.namespace.as_str()),
                ("/", "beehive")
            );
            assert!(config.tls.is_empty());
            config.check().unwrap();
        }
    }

    #[test]
    fn every_variable_is_read() {
        let config = from(&[
            ("AMQP_URL", "amqps://u:p@one/v  amqps://u:p@two/v\n"),
            ("BEEHIVE_RABBIT_NAMESPACE", "shop"),
            ("BEEHIVE_RABBIT_CA_FILE", "/ca"),
            ("BEEHIVE_RABBIT_CERT_FILE", "/cert"),
            ("BEEHIVE_RABBIT_KEY_FILE", "/key"),
            ("BEEHIVE_RABBIT_PLAINTEXT", "anywhere"),
        ])
        .unwrap();
        assert_eq!(config.servers.len(), 2);
        assert_eq!(config.namespace.as_str(), "shop");
        assert_eq!(config.tls.authorities.as_deref(), Some("/ca".as_ref()));
        assert_eq!(config.tls.certificate.as_deref(), Some("/cert".as_ref()));
        assert_eq!(config.tls.key.as_deref(), Some("/key".as_ref()));
        assert_eq!(config.plaintext, Plaintext::Anywhere);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let error = from(&[
            ("AMQP_URL", "http://u:hunter2@h"),
            ("BEEHIVE_RABBIT_NAMESPACE", "two words"),
            ("BEEHIVE_RABBIT_CERT_FILE", "/cert"),
            ("BEEHIVE_RABBIT_PLAINTEXT", "yes"),
        ])
        .unwrap_err();
        assert_eq!(error.kind(), beehive_core::ErrorKind::Configuration);
        let text = error.to_string();
        for name in ["AMQP_URL", "_NAMESPACE", "_KEY_FILE", "_PLAINTEXT"] {
            assert!(text.contains(name), "{text}");
        }
        assert!(!text.contains("hunter2"), "{text}");
    }
}
