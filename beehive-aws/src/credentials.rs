//! Credentials that take longer to load than a call may take.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long credentials may take: a busy metadata service or a process that asks a person takes more
/// than the SDK allows.
pub(crate) const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(30);

type Loaded = Result<Credentials, CredentialsError>;

/// Loads credentials in a task of its own.
///
/// The SDK counts the time for them as that of the attempt that needs them, and stops loading when that
/// is over: what takes longer than an attempt would never be there. Here the next attempt finds what was
/// loaded meanwhile.
#[derive(Clone)]
pub(crate) struct Unhurried {
    provider: SharedCredentialsProvider,
    /// What is being loaded, or was and nobody has taken.
    loading: Arc<Mutex<Option<JoinHandle<Loaded>>>>,
}

impl Unhurried {
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Self {
        Self {
            provider,
            loading: Arc::default(),
        }
    }

    async fn load(&self) -> Loaded {
        let mut loading = self.loading.lock().await;
        let loaded = {
            let task = loading.get_or_insert_with(|| {
                let provider = self.provider.clone();
                tokio::spawn(async move {
                    let loaded = timeout(CREDENTIALS_TIMEOUT, provider.provide_credentials()).await;
                    loaded.unwrap_or_else(|_| {
                        Err(CredentialsError::provider_timed_out(CREDENTIALS_TIMEOUT))
                    })
                })
            });
            task.await
        };
        *loading = None;
        loaded.unwrap_or_else(|panic| Err(CredentialsError::provider_error(panic)))
    }
}

impl ProvideCredentials for Unhurried {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.provider.fallback_on_interrupt()
    }
}

impl fmt::Debug for Unhurried {
    /// Without the provider, which may show what it knows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unhurried").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::sleep;

    use super::*;

    /// A provider that takes so long, and counts how often it is asked.
    #[derive(Debug)]
    struct Slow(Duration, Arc<AtomicUsize>);

    impl ProvideCredentials for Slow {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(async {
                self.1.fetch_add(1, Ordering::Relaxed);
                sleep(self.0).await;
                Ok(Credentials::new("id", "planted-secret", None, None, "test"))
            })
        }
    }

    fn slow(seconds: u64) -> (Unhurried, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let provider = Slow(Duration::from_secs(seconds), Arc::clone(&asked));
        (
            Unhurried::new(SharedCredentialsProvider::new(provider)),
            asked,
        )
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_longer_than_an_attempt_is_there_for_the_next() {
        let (credentials, asked) = slow(12);
        let mut attempts = 0;
        let loaded = loop {
            attempts += 1;
            let attempt = timeout(Duration::from_secs(5), credentials.provide_credentials());
            if let Ok(loaded) = attempt.await {
                break loaded.unwrap();
            }
        };
        assert_eq!((loaded.access_key_id(), attempts), ("id", 3));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        // Once it was taken, it is loaded anew: how long it is good is for the cache to know.
        credentials.provide_credentials().await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        assert!(!format!("{credentials:?}").contains("planted-secret"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_given_up() {
        let (credentials, asked) = slow(100);
        for _ in 0..2 {
            let error = credentials.provide_credentials().await.unwrap_err();
            assert!(
                matches!(error, CredentialsError::ProviderTimedOut(_)),
                "{error:?}"
            );
        }
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
