//! Locks in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::store::memory::shared::{end_of, lock};
use crate::store::{Grant, LockStore, StoreCapabilities};

/// A lock store in memory.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::store::LockStore;
/// use beehive_core::store::memory::MemoryLock;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let store = MemoryLock::default();
/// let first = store.try_acquire("import", Duration::from_secs(1)).await?.expect("free");
/// assert!(store.try_acquire("import", Duration::from_secs(1)).await?.is_none());
/// store.release("import", first.fencing_token).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryLock {
    capabilities: StoreCapabilities,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Locks that are held, and some that ended and were not cleared away yet.
    held: HashMap<Arc<str>, Grant>,
    /// The same by their end, for clearing away.
    ends: BTreeMap<(Instant, u64), Arc<str>>,
    /// The token of the last grant, of whatever name: so tokens rise for ever, though names are
    /// forgotten as soon as they are free.
    token: u64,
}

/// How many ended locks an acquisition clears away: more than the one it may leave behind, so that
/// they go faster than they come, and few, so that nobody waits for it.
const CLEARED_AT_ONCE: usize = 2;

impl Default for MemoryLock {
    fn default() -> Self {
        Self {
            capabilities: StoreCapabilities::full(),
            state: Arc::default(),
        }
    }
}

impl MemoryLock {
    fn check(&self, operation: &'static str, name: &str) -> Result<()> {
        self.capabilities
            .check_key(name)
            .map_err(|error| at(error, operation, name))
    }
}

impl State {
    /// The grant that holds now.
    fn holder(&self, name: &str) -> Option<Grant> {
        let grant = self.held.get(name)?;
        (Instant::now() < grant.expires).then_some(*grant)
    }

    fn hold(&mut self, name: &str, grant: Grant) {
        self.forget(name);
        let name: Arc<str> = name.into();
        self.ends
            .insert((grant.expires, grant.fencing_token), Arc::clone(&name));
        self.held.insert(name, grant);
    }

    fn forget(&mut self, name: &str) {
        if let Some(old) = self.held.remove(name) {
            self.ends.remove(&(old.expires, old.fencing_token));
        }
    }

    fn clear_ended(&mut self) {
        let now = Instant::now();
        for _ in 0..CLEARED_AT_ONCE {
            match self.ends.first_entry() {
                Some(first) if first.key().0 <= now => {
                    let name = first.remove();
                    self.held.remove(&name);
                }
                _ => return,
            }
        }
    }
}

#[async_trait]
impl LockStore for MemoryLock {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn try_acquire(&self, name: &str, duration: Duration) -> Result<Option<Grant>> {
        self.check("acquire lock", name)?;
        let expires = end_of(duration).map_err(|error| at(error, "acquire lock", name))?;
        let mut state = lock(&self.state);
        state.clear_ended();
        if state.holder(name).is_some() {
            return Ok(None);
        }
        state.token += 1;
        let grant = Grant {
            fencing_token: state.token,
            expires,
        };
        state.hold(name, grant);
        Ok(Some(grant))
    }

    async fn renew(&self, name: &str, fencing_token: u64, duration: Duration) -> Result<Grant> {
        self.check("renew lock", name)?;
        let expires = end_of(duration).map_err(|error| at(error, "renew lock", name))?;
        let mut state = lock(&self.state);
        let holder = state.holder(name).map(|grant| grant.fencing_token);
        if holder != Some(fencing_token) {
            return Err(at(
                lost("the lock ended before it was renewed"),
                "renew lock",
                name,
            ));
        }
        let grant = Grant {
            fencing_token,
            expires,
        };
        state.hold(name, grant);
        Ok(grant)
    }

    async fn release(&self, name: &str, fencing_token: u64) -> Result<()> {
        self.check("release lock", name)?;
        let mut state = lock(&self.state);
        match state.holder(name) {
            Some(holder) if holder.fencing_token == fencing_token => state.forget(name),
            Some(_) => {
                return Err(at(lost("another holds the lock now"), "release lock", name));
            }
            None => {}
        }
        Ok(())
    }
}

fn lost(message: &'static str) -> Error {
    Error::new(ErrorKind::LeaseLost, message)
}

fn at(error: Error, operation: &'static str, name: &str) -> Error {
    error.with_operation(operation).with_context("lock", name)
}
