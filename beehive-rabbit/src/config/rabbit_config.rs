//! The configuration, with its defaults.

use std::fmt;
use std::num::{NonZeroU16, NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use beehive_core::Result;
use lapin::uri::SASLMechanism;

use super::address::{self, Address};
use super::{
    CredentialsProvider, Login, Namespace, Plaintext, QueueType, Server, TlsFiles, TopologyMode,
    check, environment,
};

/// How to reach the broker, and how to use it.
///
/// Everything has a default. It is checked as a whole by
/// [`RabbitQueue::connect`](crate::RabbitQueue::connect), before anything is sent, and all findings
/// are reported at once.
///
/// Printing it shows hosts, virtual host, user and namespace, and never a password.
///
/// ```
/// use beehive_rabbit::RabbitConfig;
///
/// let config = RabbitConfig::from_url("amqps://shop:open%20sesame@broker.example/orders")?
///     .with_namespace("shop".parse()?)
///     .with_ca_file("/etc/ssl/broker-ca.pem");
/// let printed = format!("{config:?}");
/// assert!(printed.contains("broker.example:5671") && !printed.contains("sesame"));
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[derive(Clone)]
pub struct RabbitConfig {
    pub(crate) servers: Vec<Server>,
    pub(crate) vhost: String,
    pub(crate) login: Login,
    pub(crate) mechanism: SASLMechanism,
    pub(crate) plaintext: Plaintext,
    pub(crate) tls: TlsFiles,
    pub(crate) frame_max: Option<u32>,
    pub(crate) channel_max: Option<NonZeroU16>,
    pub(crate) namespace: Namespace,
    pub(crate) queue_type: QueueType,
    pub(crate) topology: TopologyMode,
    pub(crate) delivery_limit: NonZeroU32,
    pub(crate) heartbeat: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) operation_timeout: Duration,
    pub(crate) confirm_timeout: Duration,
    pub(crate) consumer_timeout: Duration,
    pub(crate) silence_limit: Duration,
    pub(crate) publish_lanes: NonZeroUsize,
    pub(crate) publish_window: NonZeroUsize,
    pub(crate) connection_name: String,
    #[cfg(feature = "mutations")]
    pub(crate) mutation: Option<crate::mutations::Mutation>,
}

impl RabbitConfig {
    /// The broker at this URL, `amqps://USER:PASSWORD@HOST:PORT/VHOST`, and the defaults.
    ///
    /// Without a part: user and password `guest`, which the broker admits from its own machine only;
    /// port 5671, or 5672 for `amqp://`; virtual host `/`. A slash with nothing behind it names the
    /// virtual host with the empty name, which hardly exists. What is special in a URL is
    /// percent-encoded (`/` in a virtual host is `%2F`). Behind a `?` may stand `heartbeat` (in
    /// seconds), `connection_timeout` (in milliseconds), `channel_max`, `frame_max` and
    /// `auth_mechanism` (`plain`, or `external` for client certificates).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](beehive_core::ErrorKind::Configuration) if it is not such a URL.
    pub fn from_url(url: &str) -> Result<Self> {
        Self::from_urls([url])
    }

    /// The nodes of one cluster, tried in turn; user, virtual host and what stands behind the `?`
    /// are those of the first.
    ///
    /// ```
    /// use beehive_rabbit::RabbitConfig;
    ///
    /// let config = RabbitConfig::from_urls(["amqps://u:p@one.example/v", "amqps://u:p@two.example/v"])?;
    /// # let _ = config;
    /// # Ok::<(), beehive_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](beehive_core::ErrorKind::Configuration) if there is none, if one
    /// is not such a URL as [`from_url`](Self::from_url) reads, or if they name several users or
    /// virtual hosts.
    pub fn from_urls<'a>(urls: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut findings = Vec::new();
        let config = Self::read(urls, &mut findings);
        config
            .filter(|_| findings.is_empty())
            .ok_or_else(|| check::error("read URL", &findings))
    }

    /// What the environment says, and the defaults.
    ///
    /// | variable | meaning | without it |
    /// |---|---|---|
    /// | `AMQP_URL` | the broker, as for [`from_url`](Self::from_url); the nodes of a cluster are separated by spaces | `amqp://guest:guest@127.0.0.1:5672` |
    /// | `BEEHIVE_RABBIT_NAMESPACE` | [`with_namespace`](Self::with_namespace) | `beehive` |
    /// | `BEEHIVE_RABBIT_CA_FILE` | [`with_ca_file`](Self::with_ca_file) | the operating system's authorities |
    /// | `BEEHIVE_RABBIT_CERT_FILE` | the certificate of [`with_client_certificate`](Self::with_client_certificate) | none |
    /// | `BEEHIVE_RABBIT_KEY_FILE` | its key | none |
    /// | `BEEHIVE_RABBIT_PLAINTEXT` | [`with_plaintext`](Self::with_plaintext): `loopback` or `anywhere` | `loopback` |
    ///
    /// A variable that is set to nothing counts as not set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](beehive_core::ErrorKind::Configuration) with everything that is
    /// wrong.
    pub fn from_env() -> Result<Self> {
        environment::read(environment::variable)
    }

    /// The configuration for these URLs; what is wrong with them goes to the findings.
    pub(super) fn read<'a>(
        urls: impl IntoIterator<Item = &'a str>,
        findings: &mut Vec<String>,
    ) -> Option<Self> {
        let mut addresses = Vec::new();
        for (position, url) in urls.into_iter().enumerate() {
            match address::read(url) {
                Ok(address) => addresses.push(address),
                Err(wrong) => findings.extend(
                    wrong
                        .iter()
                        .map(|finding| format!("URL {}: {finding}", position + 1)),
                ),
            }
        }
        let Some(first) = addresses.first() else {
            if findings.is_empty() {
                findings.push("there is no URL of a broker".into());
            }
            return None;
        };
        let agrees = |other: &Address| {
            (&other.vhost, &other.credentials) == (&first.vhost, &first.credentials)
        };
        if !addresses.iter().all(agrees) {
            findings.push("all URLs must name the same user, password and virtual host".into());
        }
        Some(Self::at(addresses))
    }

    fn at(addresses: Vec<Address>) -> Self {
        let mut config = Self {
            servers: Vec::with_capacity(addresses.len()),
            vhost: String::new(),
            login: Login::Url(super::Credentials::new("", "")),
            mechanism: SASLMechanism::default(),
            plaintext: Plaintext::default(),
            tls: TlsFiles::default(),
            frame_max: None,
            channel_max: None,
            namespace: Namespace::default(),
            queue_type: QueueType::default(),
            topology: TopologyMode::default(),
            delivery_limit: NonZeroU32::MIN.saturating_add(999),
            heartbeat: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            operation_timeout: Duration::from_secs(10),
            confirm_timeout: Duration::from_secs(15),
            consumer_timeout: Duration::from_mins(30),
            silence_limit: Duration::from_mins(1),
            publish_lanes: NonZeroUsize::MIN.saturating_add(3),
            publish_window: NonZeroUsize::MIN.saturating_add(63),
            connection_name: "beehive".into(),
            #[cfg(feature = "mutations")]
            mutation: None,
        };
        for (position, address) in addresses.into_iter().enumerate() {
            config.servers.push(address.server);
            if position > 0 {
                continue;
            }
            config.vhost = address.vhost;
            config.login = Login::Url(address.credentials);
            let settings = address.settings;
            config.mechanism = settings.mechanism;
            config.frame_max = settings.frame_max;
            config.channel_max = settings.channel_max;
            config.heartbeat = settings.heartbeat.unwrap_or(config.heartbeat);
            config.connect_timeout = settings.connect_timeout.unwrap_or(config.connect_timeout);
        }
        config
    }

    /// The prefix of all exchanges and queues. The default is `beehive`.
    #[must_use]
    pub fn with_namespace(mut self, namespace: Namespace) -> Self {
        self.namespace = namespace;
        self
    }

    /// How queues are stored. The default is [`QueueType::Quorum`].
    #[must_use]
    pub fn with_queue_type(mut self, queue_type: QueueType) -> Self {
        self.queue_type = queue_type;
        self
    }

    /// Whether missing exchanges and queues are made. The default is [`TopologyMode::Declare`].
    #[must_use]
    pub fn with_topology(mut self, topology: TopologyMode) -> Self {
        self.topology = topology;
        self
    }

    /// How often a quorum queue delivers an event before it gives it up itself. The default is
    /// 1,000: beehive gives events up long before, with a reason, and this is for events that keep
    /// killing the process.
    #[must_use]
    pub fn with_delivery_limit(mut self, limit: NonZeroU32) -> Self {
        self.delivery_limit = limit;
        self
    }

    /// Where credentials come from that change. The default is the user of the URL.
    #[must_use]
    pub fn with_credentials_provider(mut self, provider: impl CredentialsProvider) -> Self {
        self.login = Login::Provider(Arc::new(provider));
        self
    }

    /// Where passwords and events may travel unencrypted. The default is [`Plaintext::Loopback`].
    #[must_use]
    pub fn with_plaintext(mut self, plaintext: Plaintext) -> Self {
        self.plaintext = plaintext;
        self
    }

    /// The certificate authorities that are trusted, in a PEM file, and no others. The default is
    /// those of the operating system. The file is read at every connect.
    #[must_use]
    pub fn with_ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.tls.authorities = Some(file.into());
        self
    }

    /// The certificate that is shown to the broker, and its key, in PEM files without a password.
    /// There is none by default. The files are read at every connect.
    ///
    /// A certificate lets one in to the TLS connection; with `?auth_mechanism=external` in the URL
    /// it also says which user one is, and no password is needed.
    #[must_use]
    pub fn with_client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.tls.certificate = Some(certificate.into());
        self.tls.key = Some(key.into());
        self
    }

    /// How often both sides show that they are there: 1 second to 1 hour, in whole seconds. The
    /// default is 10 seconds. A connection is lost after twice that time without any sign.
    #[must_use]
    pub fn with_heartbeat(mut self, heartbeat: Duration) -> Self {
        self.heartbeat = heartbeat;
        self
    }

    /// How long one try to connect may take, all in all. The default is 10 seconds.
    #[must_use]
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the broker may take for anything that it answers. The default is 10 seconds.
    #[must_use]
    pub fn with_operation_timeout(mut self, timeout: Duration) -> Self {
        self.operation_timeout = timeout;
        self
    }

    /// How long the broker may take to confirm what was published. The default is 15 seconds.
    #[must_use]
    pub fn with_confirm_timeout(mut self, timeout: Duration) -> Self {
        self.confirm_timeout = timeout;
        self
    }

    /// The broker's own `consumer_timeout`, as it is set there: whoever holds an event for longer
    /// loses the channel. The default is 30 minutes, as it is the broker's. No lease is longer than
    /// half of it.
    #[must_use]
    pub fn with_consumer_timeout(mut self, timeout: Duration) -> Self {
        self.consumer_timeout = timeout;
        self
    }

    /// How long a consumer may hear nothing before another one takes its place. The default is a
    /// minute, a quarter more or less.
    ///
    /// RabbitMQ up to 3.13 may lose the consumers of a queue that somebody deletes and at once
    /// declares again, and tells nobody. So that its events wait no longer than this, a consumer that
    /// hears nothing is replaced, which costs half a dozen small frames; where a thousand queues are
    /// idle, let it be longer.
    #[must_use]
    pub fn with_silence_limit(mut self, limit: Duration) -> Self {
        self.silence_limit = limit;
        self
    }

    /// On how many channels is published at the same time. The default is 4.
    #[must_use]
    pub fn with_publish_lanes(mut self, lanes: NonZeroUsize) -> Self {
        self.publish_lanes = lanes;
        self
    }

    /// How many events are published on a channel before their confirms are waited for. The default
    /// is 64.
    #[must_use]
    pub fn with_publish_window(mut self, window: NonZeroUsize) -> Self {
        self.publish_window = window;
        self
    }

    /// What the broker calls the connections in its lists; what each is for is added. The default is
    /// `beehive`. It is not secret.
    #[must_use]
    pub fn with_connection_name(mut self, name: impl Into<String>) -> Self {
        self.connection_name = name.into();
        self
    }

    /// Takes a safeguard out, for a test that shows that this is noticed.
    #[cfg(feature = "mutations")]
    #[doc(hidden)]
    #[must_use]
    pub fn with_mutation(mut self, mutation: crate::mutations::Mutation) -> Self {
        self.mutation = Some(mutation);
        self
    }

    /// The prefix of all exchanges and queues.
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// How queues are stored.
    pub fn queue_type(&self) -> QueueType {
        self.queue_type
    }

    /// Finds everything that is wrong, without asking anyone.
    pub(crate) fn check(&self) -> Result<()> {
        let findings = check::findings(self);
        if findings.is_empty() {
            return Ok(());
        }
        Err(check::error("connect", &findings))
    }

    /// How long a delivery may be held at most: half of the broker's consumer time-out.
    pub(crate) fn hold_max(&self) -> Duration {
        self.consumer_timeout / 2
    }
}

impl fmt::Debug for RabbitConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers: Vec<_> = self.servers.iter().map(ToString::to_string).collect();
        f.debug_struct("RabbitConfig")
            .field("servers", &servers)
            .field("vhost", &self.vhost)
            .field("user", &self.login)
            .field("namespace", &self.namespace.as_str())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_sets_is_kept_and_what_is_set_later_wins() {
        let text = "amqp://localhost?heartbeat=3&connection_timeout=1500";
        let config = RabbitConfig::from_url(text).unwrap();
        assert_eq!(config.heartbeat, Duration::from_secs(3));
        assert_eq!(config.connect_timeout, Duration::from_millis(1500));
        let config = config.with_heartbeat(Duration::from_secs(5));
        assert_eq!(config.heartbeat, Duration::from_secs(5));
    }

    #[test]
    fn the_nodes_of_a_cluster_agree() {
        let config = RabbitConfig::from_urls(["amqp://a:b@x/v", "amqps://a:b@y/v"]).unwrap();
        assert_eq!(config.servers.len(), 2);
        for urls in [
            &["amqp://a:b@x/v", "amqp://a:b@y/w"][..],
            &["amqp://a:b@x/v", "amqp://c:b@y/v"],
            &["amqp://a:b@x/v", "hunter2"],
            &[],
        ] {
            assert!(
                RabbitConfig::from_urls(urls.iter().copied()).is_err(),
                "{urls:?}"
            );
        }
    }
}
