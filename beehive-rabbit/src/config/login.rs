//! Where the credentials come from.

use std::fmt;
use std::sync::Arc;

use beehive_core::Result;

use super::{Credentials, CredentialsProvider};

/// Where the credentials come from.
#[derive(Clone)]
pub(crate) enum Login {
    /// From the URL.
    Url(Credentials),
    /// From a provider.
    Provider(Arc<dyn CredentialsProvider>),
}

impl Login {
    /// The credentials that are valid now.
    pub(crate) async fn credentials(&self) -> Result<Credentials> {
        match self {
            Self::Url(credentials) => credentials.credentials().await,
            Self::Provider(provider) => provider.credentials().await,
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(credentials) => credentials.user().fmt(f),
            Self::Provider(_) => f.write_str("(from a provider)"),
        }
    }
}
