//! A broker that belongs to one test.

use std::time::Duration;

use super::error::{Result, ServiceError};
use super::options::BrokerOptions;
use super::script;
use crate::trials::namespace;

/// Booting takes a few seconds, and many times that on a machine that compiles meanwhile. The script
/// gives up after two minutes, and tells why.
const BOOT: Duration = Duration::from_secs(150);
/// All else is a signal, or a question to a broker that runs.
const CALL: Duration = Duration::from_secs(60);

/// A `RabbitMQ` node of a test's own, which it may break in any way.
///
/// It keeps its ports and its data when it is killed and started again. When this is dropped, also
/// by a panic, the node is ended and all of it removed; that blocks the thread for a moment.
///
/// ```no_run
/// # async fn example() -> beehive_tests::services::Result<()> {
/// use beehive_tests::services::{Broker, BrokerOptions};
///
/// let broker = Broker::start(BrokerOptions::default()).await?;
/// broker.kill().await?;
/// // Nobody listens at broker.url() now.
/// broker.start_again().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Broker {
    name: String,
    url: String,
}

impl Broker {
    /// Starts a broker, and returns when it greets clients.
    ///
    /// # Errors
    /// It does not start within two minutes; the error has the end of its log.
    ///
    /// # Cancel safety
    /// What was started until then is removed.
    pub async fn start(options: BrokerOptions) -> Result<Self> {
        // Dropped when anything below fails, and then removes what there is.
        let mut broker = Self {
            name: namespace(),
            url: String::new(),
        };
        let owner = std::process::id().to_string();
        let mut words = vec!["start", &broker.name, "--owner", &owner];
        let options = options.words();
        words.extend(options.iter().map(String::as_str));
        broker.url = url(&script::node(&words, BOOT).await?)?;
        Ok(broker)
    }

    /// Where it listens, as its user `guest`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens for TLS, as its user `guest`, when it was started
    /// [`with_tls`](BrokerOptions::with_tls).
    ///
    /// # Errors
    /// The broker is not known to the script.
    pub async fn tls_url(&self) -> Result<String> {
        url(&self.call(&["url", &self.name, "amqps"]).await?)
    }

    /// Where it listens, as another user.
    pub fn url_as(&self, user: &str, password: &str) -> String {
        self.url
            .replace("guest:guest@", &format!("{user}:{password}@"))
    }

    /// Ends it at once, as SIGKILL does.
    ///
    /// # Errors
    /// The signal could not be sent.
    pub async fn kill(&self) -> Result<()> {
        self.call(&["kill", &self.name]).await.map(drop)
    }

    /// Stops it in order: connections are closed, and all is written.
    ///
    /// # Errors
    /// It was still there after half a minute.
    pub async fn stop(&self) -> Result<()> {
        self.call(&["stop", &self.name]).await.map(drop)
    }

    /// Starts it again after it was killed or stopped, with the same options, ports and data.
    ///
    /// # Errors
    /// It does not start within two minutes; the error has the end of its log.
    pub async fn start_again(&self) -> Result<()> {
        script::node(&["start", &self.name], BOOT).await.map(drop)
    }

    /// Starts it again after it was killed or stopped, with the same ports and data and with these
    /// options instead of those before.
    ///
    /// # Errors
    /// It does not start within two minutes; the error has the end of its log.
    pub async fn start_again_with(&self, options: BrokerOptions) -> Result<()> {
        let options = options.words();
        let mut words = vec!["start", &self.name];
        words.extend(options.iter().map(String::as_str));
        script::node(&words, BOOT).await.map(drop)
    }

    /// Lets its process do nothing, as SIGSTOP does: connections stay, and nothing answers.
    ///
    /// # Errors
    /// It does not run.
    pub async fn pause(&self) -> Result<()> {
        self.call(&["pause", &self.name]).await.map(drop)
    }

    /// Lets its process go on, as SIGCONT does.
    ///
    /// # Errors
    /// It does not run.
    pub async fn resume(&self) -> Result<()> {
        self.call(&["resume", &self.name]).await.map(drop)
    }

    /// Runs `rabbitmqctl` with these words and returns what it prints. Takes half a second.
    ///
    /// # Errors
    /// It failed, or the broker did not answer within half a minute, as one that is paused.
    pub async fn ctl(&self, words: &[&str]) -> Result<String> {
        let mut all = vec!["ctl", &self.name];
        all.extend(words);
        self.call(&all).await
    }

    /// What it wrote to its log.
    ///
    /// # Errors
    /// The broker is not known to the script.
    pub async fn log(&self) -> Result<String> {
        self.call(&["log", &self.name]).await
    }

    async fn call(&self, words: &[&str]) -> Result<String> {
        script::node(words, CALL).await
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Err(error) = script::remove(&self.name) {
            #[allow(clippy::print_stderr, reason = "nobody takes an error from here")]
            {
                eprintln!("{error}");
            }
        }
    }
}

/// The URL that the script printed.
fn url(printed: &str) -> Result<String> {
    let url = printed.trim();
    if url.starts_with("amqp") && !url.contains(char::is_whitespace) {
        Ok(url.to_owned())
    } else {
        Err(ServiceError::new(format!("`{url}` is no URL of a broker")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_and_all_else_refused() {
        assert_eq!(
            url("amqp://a:b@127.0.0.1:1/%2f\n").unwrap(),
            "amqp://a:b@127.0.0.1:1/%2f"
        );
        for wrong in ["", "done", "amqp://a\namqp://b\n"] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }
}
