//! How long to wait for AWS.

use std::time::Duration;

/// How long to wait for AWS. Every call has all of these limits; the SDK has next to none by itself.
///
/// ```
/// use std::time::Duration;
/// use beehive_aws::Timeouts;
///
/// let timeouts = Timeouts::default().with_operation(Duration::from_secs(10));
/// assert_eq!(timeouts.operation(), Duration::from_secs(10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    connect: Duration,
    attempt: Duration,
    transfer: Duration,
    operation: Duration,
}

impl Default for Timeouts {
    /// Three seconds to connect, five for an attempt, a minute for one that carries a value, and
    /// half a minute in which attempts are made.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(5),
            transfer: Duration::from_mins(1),
            operation: Duration::from_secs(30),
        }
    }
}

impl Timeouts {
    /// How long a connection may take to be made.
    #[must_use]
    pub fn with_connect(mut self, connect: Duration) -> Self {
        self.connect = connect;
        self
    }

    /// How long one attempt of a small call may take.
    #[must_use]
    pub fn with_attempt(mut self, attempt: Duration) -> Self {
        self.attempt = attempt;
        self
    }

    /// How long one attempt may take that carries a value, or a part of one, to or from S3. It is
    /// what a slow network needs for a part.
    #[must_use]
    pub fn with_transfer(mut self, transfer: Duration) -> Self {
        self.transfer = transfer;
        self
    }

    /// For how long attempts are made. The last one may end later than that by its own limit.
    #[must_use]
    pub fn with_operation(mut self, operation: Duration) -> Self {
        self.operation = operation;
        self
    }

    /// How long a connection may take to be made.
    pub fn connect(&self) -> Duration {
        self.connect
    }

    /// How long one attempt of a small call may take.
    pub fn attempt(&self) -> Duration {
        self.attempt
    }

    /// How long one attempt may take that carries a value to or from S3.
    pub fn transfer(&self) -> Duration {
        self.transfer
    }

    /// For how long attempts are made.
    pub fn operation(&self) -> Duration {
        self.operation
    }
}
