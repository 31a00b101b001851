//! Lock: one holder at a time, for a limited time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::error::Result;
use crate::store::StoreCapabilities;

mod hold;

/// The right to act under a lock until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Higher than that of every earlier holder. Give it to what you write to, so that it can
    /// refuse a holder whose time was over without its knowing.
    pub fencing_token: u64,
    /// When it ends, unless it is renewed.
    pub expires: Instant,
}

/// The contract of a lock backend. A holder is known by its fencing token.
#[async_trait]
pub trait LockStore: fmt::Debug + Send + Sync + 'static {
    /// What it can do; of a lock, that is how long its name may be.
    fn capabilities(&self) -> &StoreCapabilities;

    /// Takes the lock for `duration`, if nobody holds it.
    async fn try_acquire(&self, name: &str, duration: Duration) -> Result<Option<Grant>>;

    /// Holds it for `duration` from now on.
    /// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if it ended, even if nobody took it since.
    async fn renew(&self, name: &str, fencing_token: u64, duration: Duration) -> Result<Grant>;

    /// Gives it back. [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if another holds it now;
    /// releasing what merely ended is no error.
    async fn release(&self, name: &str, fencing_token: u64) -> Result<()>;
}

/// A handle on a lock store, for the field of an actor.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let locks = Stores::memory().lock()?;
/// let held = locks.try_acquire("import", Duration::from_secs(30)).await?.expect("free");
/// assert!(locks.try_acquire("import", Duration::from_secs(30)).await?.is_none());
/// held.release().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Lock {
    store: Arc<dyn LockStore>,
}

impl Lock {
    /// A handle on this store.
    pub fn new(store: Arc<dyn LockStore>) -> Self {
        Self { store }
    }

    /// The store itself.
    pub fn store(&self) -> &dyn LockStore {
        &*self.store
    }

    /// Takes a lock for `duration`; `None` if another holds it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the name is empty,
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if name or duration is too long.
    ///
    /// # Cancel safety
    /// Dropping the future may leave the lock taken until it ends by itself.
    pub async fn try_acquire(&self, name: &str, duration: Duration) -> Result<Option<LockGuard>> {
        let grant = self.store.try_acquire(name, duration).await?;
        Ok(grant.map(|grant| LockGuard {
            store: Arc::clone(&self.store),
            name: name.into(),
            grant,
        }))
    }
}

/// A lock that is held. Dropping it does not release it: it ends by itself.
#[derive(Debug)]
#[must_use = "a lock that is dropped stays taken until its time is over"]
pub struct LockGuard {
    store: Arc<dyn LockStore>,
    name: Box<str>,
    grant: Grant,
}

impl LockGuard {
    /// Higher than that of every earlier holder; see [`Grant::fencing_token`].
    pub fn fencing_token(&self) -> u64 {
        self.grant.fencing_token
    }

    /// When it ends, unless it is renewed.
    pub fn expires(&self) -> Instant {
        self.grant.expires
    }

    /// Holds it for `duration` from now on.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if it ended.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open until when it is held; [`expires`](Self::expires) tells the
    /// earlier end.
    pub async fn renew(&mut self, duration: Duration) -> Result<()> {
        self.grant = self
            .store
            .renew(&self.name, self.grant.fencing_token, duration)
            .await?;
        Ok(())
    }

    /// Gives it back.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseLost`](crate::ErrorKind::LeaseLost) if another holds it now.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open whether it was released; it ends by itself at the latest.
    pub async fn release(self) -> Result<()> {
        self.store
            .release(&self.name, self.grant.fencing_token)
            .await
    }
}
