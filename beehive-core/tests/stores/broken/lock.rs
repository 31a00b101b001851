//! Broken lock stores.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::store::memory::MemoryLock;
use beehive_core::store::{Grant, LockStore, StoreCapabilities};
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Defect {
    /// The wrapper itself, which must pass.
    None,
    CheckedBefore,
    EndsEarly,
    EndToldWrongly,
    NameIgnored,
    NeverEnds,
    ReleaseByAnyone,
    ReleaseIgnored,
    ReleaseOfEndedFails,
    RenewalIgnored,
    RenewalRevives,
    TokenConstant,
    TwoHolders,
    EmptyNameTaken,
}

impl Defect {
    pub(crate) const ALL: &[(Self, &str)] = &[
        (Self::CheckedBefore, "hold/one_winner"),
        (Self::CheckedBefore, "hold/turns"),
        (Self::EndsEarly, "hold/end"),
        (Self::EndToldWrongly, "hold/end"),
        (Self::NameIgnored, "hold/names"),
        (Self::NeverEnds, "expiry/frees"),
        (Self::ReleaseByAnyone, "release/taken"),
        (Self::ReleaseIgnored, "release/frees"),
        (Self::ReleaseOfEndedFails, "release/expired"),
        (Self::RenewalIgnored, "renew/extends"),
        (Self::RenewalRevives, "renew/expired"),
        (Self::TokenConstant, "token/increases"),
        (Self::TwoHolders, "hold/exclusive"),
        (Self::EmptyNameTaken, "hold/name_empty"),
    ];
}

#[derive(Debug)]
pub(crate) struct BrokenLock {
    inner: MemoryLock,
    defect: Defect,
    /// The token that the inner store gave last.
    last: AtomicU64,
}

impl BrokenLock {
    pub(crate) fn new(defect: Defect) -> Self {
        Self {
            inner: MemoryLock::default(),
            defect,
            last: AtomicU64::new(0),
        }
    }

    fn name<'n>(&self, name: &'n str) -> &'n str {
        match self.defect {
            Defect::EmptyNameTaken if name.is_empty() => "-",
            Defect::NameIgnored if (1..100).contains(&name.len()) => "all",
            _ => name,
        }
    }

    /// The token by which the inner store knows the holder.
    fn known(&self, token: u64) -> u64 {
        match self.defect {
            Defect::TokenConstant => self.last.load(Ordering::Relaxed),
            _ => token,
        }
    }

    fn told(&self, mut grant: Grant) -> Grant {
        match self.defect {
            Defect::TokenConstant => grant.fencing_token = 7,
            Defect::EndToldWrongly => grant.expires += Duration::from_secs(1),
            _ => {}
        }
        grant
    }

    /// A second holder beside the one there is.
    fn second(&self, duration: Duration) -> Grant {
        Grant {
            fencing_token: self.last.fetch_add(1, Ordering::Relaxed) + 1,
            expires: Instant::now() + duration,
        }
    }
}

#[async_trait]
impl LockStore for BrokenLock {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn try_acquire(&self, name: &str, duration: Duration) -> Result<Option<Grant>> {
        let name = self.name(name);
        let held = match self.defect {
            Defect::NeverEnds => duration * 1000,
            Defect::EndsEarly => duration / 3,
            _ => duration,
        };
        if self.defect == Defect::CheckedBefore {
            match self.inner.try_acquire(name, held).await? {
                Some(grant) => self.inner.release(name, grant.fencing_token).await?,
                None => return Ok(None),
            }
            tokio::task::yield_now().await;
        }
        let Some(mut grant) = self.inner.try_acquire(name, held).await? else {
            let shared = matches!(self.defect, Defect::TwoHolders | Defect::CheckedBefore);
            return Ok(shared.then(|| self.second(duration)));
        };
        self.last.fetch_max(grant.fencing_token, Ordering::Relaxed);
        grant.expires = Instant::now() + duration;
        Ok(Some(self.told(grant)))
    }

    async fn renew(&self, name: &str, fencing_token: u64, duration: Duration) -> Result<Grant> {
        let name = self.name(name);
        let token = self.known(fencing_token);
        match self.inner.renew(name, token, duration).await {
            Ok(grant) if self.defect == Defect::RenewalIgnored => {
                // Back to where the end was.
                let rest = duration / 2;
                self.inner.renew(name, token, rest).await?;
                Ok(grant)
            }
            Err(error)
                if error.kind() == ErrorKind::LeaseLost
                    && self.defect == Defect::RenewalRevives =>
            {
                self.inner.try_acquire(name, duration).await?.ok_or(error)
            }
            renewed => Ok(self.told(renewed?)),
        }
    }

    async fn release(&self, name: &str, fencing_token: u64) -> Result<()> {
        let name = self.name(name);
        let token = match self.defect {
            Defect::ReleaseByAnyone => self.last.load(Ordering::Relaxed),
            _ => self.known(fencing_token),
        };
        match self.defect {
            Defect::ReleaseIgnored if !name.is_empty() => Ok(()),
            Defect::ReleaseOfEndedFails => {
                if let Err(error) = self.inner.renew(name, token, Duration::from_secs(1)).await {
                    let lost = error.kind() == ErrorKind::LeaseLost;
                    return Err(if lost {
                        Error::new(ErrorKind::LeaseLost, "ended")
                    } else {
                        error
                    });
                }
                self.inner.release(name, token).await
            }
            _ => self.inner.release(name, token).await,
        }
    }
}
