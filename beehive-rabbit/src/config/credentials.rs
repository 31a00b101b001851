//! Who one is to the broker.

use std::fmt;

use async_trait::async_trait;
use beehive_core::Result;

/// A user's name and password. The password is in no output of this crate.
///
/// ```
/// use beehive_rabbit::Credentials;
///
/// let credentials = Credentials::new("shop", "open sesame");
/// assert_eq!(credentials.user(), "shop");
/// assert!(!format!("{credentials:?}").contains("sesame"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: String,
}

impl Credentials {
    /// A user's name and password.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
        }
    }

    /// The name.
    pub fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Where the credentials come from, for those that change: a file that is written anew, a vault, a
/// token service.
///
/// It is asked before every connection and every reconnection, so that a password may change while
/// the program runs. An open connection stays open when its password changes. Closures that return
/// a `Result<Credentials>` are providers too.
///
/// ```
/// use beehive_rabbit::{Credentials, RabbitConfig};
///
/// let config = RabbitConfig::from_url("amqps://broker.example")?.with_credentials_provider(|| {
///     let password = std::fs::read_to_string("/run/secrets/broker").map_err(|error| {
///         beehive_core::Error::new(beehive_core::ErrorKind::Temporary, "the password is not there")
///             .with_source(error)
///     })?;
///     Ok(Credentials::new("shop", password.trim_end()))
/// });
/// # let _ = config;
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[async_trait]
pub trait CredentialsProvider: Send + Sync + 'static {
    /// The credentials that are valid now.
    ///
    /// # Errors
    /// If they cannot be had. The connection is tried again later; nothing in the error may be
    /// secret, since it is logged.
    ///
    /// # Cancel safety
    /// Must be safe: it is cancelled when the connect time-out is over.
    async fn credentials(&self) -> Result<Credentials>;
}

/// Always the same.
#[async_trait]
impl CredentialsProvider for Credentials {
    async fn credentials(&self) -> Result<Credentials> {
        Ok(self.clone())
    }
}

#[async_trait]
impl<F> CredentialsProvider for F
where
    F: Fn() -> Result<Credentials> + Send + Sync + 'static,
{
    async fn credentials(&self) -> Result<Credentials> {
        self()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closure_is_a_provider_and_so_are_credentials() {
        let fixed = Credentials::new("a", "b");
        let called: Box<dyn CredentialsProvider> = Box::new(|| Ok(Credentials::new("c", "d")));
        assert_eq!(fixed.credentials().await.unwrap(), fixed);
        assert_eq!(called.credentials().await.unwrap().password(), "d");
    }
}
