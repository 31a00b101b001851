//! Work under a lock, on a paused clock.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::{advance, sleep};

use super::*;
use crate::store::memory::MemoryLock;
use crate::store::{Grant, LockStore, StoreCapabilities};

const THIRTY: Duration = Duration::from_secs(30);

/// A lock store whose renewals fail in one way.
#[derive(Debug)]
struct Unrenewable {
    inner: MemoryLock,
    renewal: Renewal,
}

#[derive(Debug)]
enum Renewal {
    Hangs,
    Fails(ErrorKind),
}

#[async_trait]
impl LockStore for Unrenewable {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn try_acquire(&self, name: &str, duration: Duration) -> Result<Option<Grant>> {
        self.inner.try_acquire(name, duration).await
    }

    async fn renew(&self, _: &str, _: u64, _: Duration) -> Result<Grant> {
        match self.renewal {
            Renewal::Hangs => std::future::pending().await,
            Renewal::Fails(kind) => Err(Error::new(kind, "no renewal")),
        }
    }

    async fn release(&self, name: &str, fencing_token: u64) -> Result<()> {
        self.inner.release(name, fencing_token).await
    }
}

async fn time_until_lost(renewal: Renewal) -> Duration {
    let inner = MemoryLock::default();
    let locks = Lock::new(Arc::new(Unrenewable { inner, renewal }));
    let start = Instant::now();
    let endless = |_| std::future::pending::<()>();
    let error = locks.hold("import", THIRTY, endless).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseLost);
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn long_work_keeps_its_lock_and_then_gives_it_back() {
    let locks = Lock::new(Arc::new(MemoryLock::default()));
    let other = locks.clone();
    let work = |_| async move {
        for _ in 0..10 {
            sleep(THIRTY).await;
            assert!(other.try_acquire("import", THIRTY).await.unwrap().is_none());
        }
        "done"
    };
    assert_eq!(
        locks.hold("import", THIRTY, work).await.unwrap(),
        Some("done")
    );
    assert!(locks.try_acquire("import", THIRTY).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn work_does_not_start_under_the_lock_of_another() {
    let locks = Lock::new(Arc::new(MemoryLock::default()));
    let _held = locks.try_acquire("import", THIRTY).await.unwrap();
    let work = |_| async { unreachable!("another holds the lock") };
    assert_eq!(
        locks.hold::<_>("import", THIRTY, work).await.unwrap(),
        None::<()>
    );
}

#[tokio::test(start_paused = true)]
async fn work_is_cancelled_at_once_when_the_renewal_says_that_the_lock_is_lost() {
    let lost = time_until_lost(Renewal::Fails(ErrorKind::LeaseLost)).await;
    assert_eq!(lost, THIRTY / 3);
}

#[tokio::test(start_paused = true)]
async fn work_goes_on_through_temporary_failures_but_not_beyond_the_end() {
    let lost = time_until_lost(Renewal::Fails(ErrorKind::Temporary)).await;
    assert_eq!(lost, THIRTY);
}

#[tokio::test(start_paused = true)]
async fn work_is_cancelled_at_the_end_when_the_renewal_hangs() {
    assert_eq!(time_until_lost(Renewal::Hangs).await, THIRTY);
}

#[tokio::test(start_paused = true)]
async fn work_that_ends_after_its_lock_did_is_an_error() {
    let locks = Lock::new(Arc::new(MemoryLock::default()));
    let work = |_| async { advance(THIRTY * 2).await };
    let error = locks.hold("import", THIRTY, work).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseLost);
}
