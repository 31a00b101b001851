//! How a private broker is set up.

use std::path::{Path, PathBuf};

/// What a private broker has beyond its defaults: it listens on loopback without TLS, has no
/// plugins, and knows the user `guest` with the password `guest`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerOptions {
    settings: Vec<String>,
    tls: Option<PathBuf>,
}

impl BrokerOptions {
    /// Adds a line to `rabbitmq.conf`, such as `consumer_timeout = 60000`.
    #[must_use]
    pub fn with_setting(mut self, key: &str, value: &str) -> Self {
        self.settings.push(format!("{key} = {value}"));
        self
    }

    /// Listens for TLS as well, with the files `ca.pem`, `cert.pem` and `key.pem` of a folder.
    ///
    /// To ask clients for certificates, add the settings `ssl_options.verify = verify_peer` and
    /// `ssl_options.fail_if_no_peer_cert = true`.
    #[must_use]
    pub fn with_tls(mut self, folder: impl AsRef<Path>) -> Self {
        self.tls = Some(folder.as_ref().to_path_buf());
        self
    }

    /// The words for the script.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for setting in &self.settings {
            words.extend(["--conf".to_owned(), setting.clone()]);
        }
        if let Some(folder) = &self.tls {
            words.extend(["--tls".to_owned(), folder.display().to_string()]);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_words_of_the_script() {
        assert_eq!(BrokerOptions::default().words(), [""; 0]);
        let options = BrokerOptions::default()
            .with_setting("heartbeat", "5")
            .with_tls("/a/b")
            .with_setting("consumer_timeout", "60000");
        assert_eq!(
            options.words(),
            [
                "--conf",
                "heartbeat = 5",
                "--conf",
                "consumer_timeout = 60000",
                "--tls",
                "/a/b"
            ]
        );
    }
}
