//! Where on SNS and SQS the queues are, and how they get there.

use beehive_core::{Error, ErrorKind, Result};

use super::names::NAMESPACE_MAX;
use crate::ProvisioningMode;
#[cfg(feature = "s3")]
use crate::s3::ClaimCheck;

/// The largest body that fits into a message whatever its bytes are: in base64 it grows by a third,
/// and the attributes stand beside it.
const INLINE_BODY_MAX: usize = 168 * 1024;

/// How events are encrypted while they wait. They always are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueEncryption {
    /// With keys of SQS, at no cost. Topics keep nothing.
    #[default]
    Managed,
    /// With this key of the Key Management Service, which must let `sns.amazonaws.com` use it.
    Kms(String),
}

/// Whether it is found out that nobody is subscribed to a topic. SNS takes what is published either way,
/// and tells nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnheardTopics {
    /// It is not, which costs nothing.
    #[default]
    Unnoticed,
    /// The subscriptions of each topic are looked for when this process publishes to it first, and as long
    /// as there are none once a minute. Meanwhile the queue's health is degraded, and names the topic.
    /// What a subscription's filter leaves out is not noticed. Needs `sns:ListSubscriptionsByTopic`.
    Noticed,
}

/// Where on SNS and SQS the queues are, and how they get there.
///
/// ```
/// use beehive_aws::ProvisioningMode;
/// use beehive_aws::sqs::SqsOptions;
///
/// let options = SqsOptions::new("shop").with_provisioning(ProvisioningMode::Create);
/// assert_eq!(options.namespace(), "shop");
/// ```
#[derive(Clone, Debug)]
pub struct SqsOptions {
    namespace: String,
    provisioning: ProvisioningMode,
    encryption: QueueEncryption,
    account: Option<String>,
    unheard_topics: UnheardTopics,
    body_max: usize,
    #[cfg(feature = "s3")]
    claims: Option<ClaimCheck>,
}

impl Default for SqsOptions {
    /// Topics and queues `beehive-…`, checked and not created.
    fn default() -> Self {
        Self::new("beehive")
    }
}

impl SqsOptions {
    /// Topics and queues whose names begin with this and a hyphen. Hives with different namespaces
    /// see nothing of each other, and a policy can tell them apart.
    #[must_use]
    pub fn new(namespace: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            provisioning: ProvisioningMode::default(),
            encryption: QueueEncryption::default(),
            account: None,
            unheard_topics: UnheardTopics::default(),
            body_max: INLINE_BODY_MAX,
            #[cfg(feature = "s3")]
            claims: None,
        }
    }

    /// What declaring a topic or a queue does.
    #[must_use]
    pub fn with_provisioning(mut self, provisioning: ProvisioningMode) -> Self {
        self.provisioning = provisioning;
        self
    }

    /// How events are encrypted while they wait, in queues that are made.
    #[must_use]
    pub fn with_encryption(mut self, encryption: QueueEncryption) -> Self {
        self.encryption = encryption;
        self
    }

    /// The number of the account that the topics are in. Where it is not given, the Security Token
    /// Service is asked once whose the credentials are.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Whether it is found out that nobody is subscribed to a topic.
    #[must_use]
    pub fn with_unheard_topics(mut self, unheard_topics: UnheardTopics) -> Self {
        self.unheard_topics = unheard_topics;
        self
    }

    /// Leaves bodies that do not fit into a message on S3, up to this size, and fetches them when
    /// their events are received. Publishers and workers need the same.
    #[cfg(feature = "s3")]
    #[must_use]
    pub fn with_claim_check(mut self, claims: ClaimCheck, body_max: usize) -> Self {
        self.claims = Some(claims);
        self.body_max = body_max.max(INLINE_BODY_MAX);
        self
    }

    /// What the names of topics and queues begin with.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What declaring a topic or a queue does.
    pub fn provisioning(&self) -> ProvisioningMode {
        self.provisioning
    }

    pub(super) fn encryption(&self) -> &QueueEncryption {
        &self.encryption
    }

    pub(super) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    pub(super) fn unheard_topics(&self) -> UnheardTopics {
        self.unheard_topics
    }

    /// The largest body of an event.
    pub(super) fn body_max(&self) -> usize {
        self.body_max
    }

    #[cfg(feature = "s3")]
    pub(super) fn claims(&self) -> Option<&ClaimCheck> {
        self.claims.as_ref()
    }

    /// Whether names can be made of this.
    pub(super) fn check(&self) -> Result<()> {
        let refused = |what: &'static str, given: &str| {
            Error::new(ErrorKind::Configuration, what)
                .with_operation("open queue")
                .with_context("given", given)
        };
        let name = &self.namespace;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let ends = [name.as_bytes().first(), name.as_bytes().last()];
        let ends_with_hyphen = ends.into_iter().flatten().any(|byte| *byte == b'-');
        if !(1..=NAMESPACE_MAX).contains(&name.len())
            || !name.bytes().all(plain)
            || ends_with_hyphen
            || name.contains("--")
        {
            return Err(refused(
                "a namespace has 1 to 30 ASCII letters, digits, underscores or single hyphens, the \
                 latter neither first nor last",
                name,
            ));
        }
        match self.account() {
            Some(account)
                if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                Err(refused("the number of an account has 12 digits", account))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_can_be_used_are_taken() {
        for name in ["a", "run-7_b", &"n".repeat(30)] {
            assert!(SqsOptions::new(name).check().is_ok(), "{name}");
        }
        for name in ["", "-a", "a-", "a--b", "a.b", "ä", &"n".repeat(31)] {
            let error = SqsOptions::new(name).check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        }
    }

    #[test]
    fn an_account_has_twelve_digits() {
        let with = |account: &str| SqsOptions::default().with_account(account).check();
        assert!(with("123456789012").is_ok());
        for account in ["", "12345678901", "12345678901a", "1234567890123"] {
            assert!(with(account).is_err(), "{account}");
        }
    }
}
