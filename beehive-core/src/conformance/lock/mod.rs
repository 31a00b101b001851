//! What every lock backend must do.

mod expiry;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::conformance::support::{COMPETITORS, at_once, case, of_length};
use crate::conformance::{Case, Failure, Outcome, check, check_eq, check_kind};
use crate::store::{Grant, LockStore};

/// A lock store, and a place in it that no other run uses.
#[derive(Clone)]
pub struct LockFixture {
    /// The store.
    pub store: Arc<dyn LockStore>,
    /// What the name of every lock of the case starts with: unique, of at most 100 bytes.
    pub prefix: String,
    /// How long locks are held: some dozen calls of the backend must fit into a quarter of it.
    pub duration: Duration,
    /// By how much the backend may let a lock end later.
    pub tolerance: Duration,
}

impl LockFixture {
    /// A fixture with times for a backend that is near.
    pub fn new(store: impl LockStore, prefix: impl Into<String>) -> Self {
        Self {
            store: Arc::new(store),
            prefix: prefix.into(),
            duration: Duration::from_secs(4),
            tolerance: Duration::from_secs(1),
        }
    }

    /// How long locks are held, and by how much they may end later.
    #[must_use]
    pub fn with_timing(mut self, duration: Duration, tolerance: Duration) -> Self {
        self.duration = duration;
        self.tolerance = tolerance;
        self
    }

    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    async fn try_acquire(&self) -> crate::Result<Option<Grant>> {
        self.store.try_acquire(&self.name("a"), self.duration).await
    }

    /// Takes the lock, which must be free.
    async fn acquire(&self) -> Result<Grant, Failure> {
        let grant = self.try_acquire().await?;
        grant.ok_or_else(|| Failure::new("the lock is taken, and should be free"))
    }

    async fn check_taken(&self, when: &str) -> Outcome {
        check!(
            self.try_acquire().await?.is_none(),
            "there are two holders {when}"
        );
        Ok(())
    }

    async fn renew(&self, grant: Grant) -> crate::Result<Grant> {
        self.store
            .renew(&self.name("a"), grant.fencing_token, self.duration)
            .await
    }

    async fn release(&self, grant: Grant) -> crate::Result<()> {
        self.store
            .release(&self.name("a"), grant.fencing_token)
            .await
    }

    /// Waits until a lock that was just taken has ended.
    async fn wait_for_end(&self) {
        sleep(self.duration + self.tolerance).await;
    }
}

impl fmt::Debug for LockFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockFixture")
            .field("prefix", &self.prefix)
            .field("duration", &self.duration)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

/// The cases.
pub fn cases() -> Vec<Case<LockFixture>> {
    let mut cases = vec![
        case!(
            "hold/exclusive",
            "a lock that is held is given to nobody, not even its holder",
            exclusive
        ),
        case!(
            "hold/one_winner",
            "of several that take a lock at once exactly one gets it",
            one_winner
        ),
        case!("hold/names", "locks of other names are other locks", names),
        case!(
            "hold/end",
            "a lock tells when it ends, and is held until then",
            end
        ),
        case!(
            "hold/turns",
            "holders take turns, each with a higher fencing token",
            turns
        ),
        case!("hold/name_empty", "an empty name is invalid", name_empty),
        case!(
            "hold/name_limit",
            "a name of the longest length works, a longer one does not",
            name_limit
        ),
        case!(
            "release/frees",
            "a released lock can be taken at once",
            release
        ),
        case!(
            "token/increases",
            "fencing tokens increase through release and expiry",
            tokens
        ),
    ];
    cases.extend(expiry::cases());
    cases
}

async fn exclusive(fixture: LockFixture) -> Outcome {
    let grant = fixture.acquire().await?;
    fixture.check_taken("at once").await?;
    fixture.check_taken("when asked twice").await?;
    fixture.renew(grant).await?;
    fixture.check_taken("after renewal").await
}

async fn acquire_at_once(fixture: &LockFixture) -> Outcome {
    let grants = at_once(COMPETITORS, |_| {
        let fixture = fixture.clone();
        async move { fixture.try_acquire().await }
    })
    .await?;
    let grants = grants.into_iter().collect::<crate::Result<Vec<_>>>()?;
    check_eq!(grants.into_iter().flatten().count(), 1, "holders");
    Ok(())
}

async fn one_winner(fixture: LockFixture) -> Outcome {
    acquire_at_once(&fixture).await
}

async fn names(fixture: LockFixture) -> Outcome {
    for name in [
        "a",
        "A",
        "ab",
        "a/b",
        "a b",
        "\u{e9}",
        "e\u{301}",
        "\u{1f41d}",
    ] {
        let grant = fixture
            .store
            .try_acquire(&fixture.name(name), fixture.duration)
            .await?;
        check!(grant.is_some(), "{name:?} is taken");
    }
    Ok(())
}

async fn end(fixture: LockFixture) -> Outcome {
    let before = Instant::now();
    let grant = fixture.acquire().await?;
    let latest = Instant::now() + fixture.duration;
    check!(
        before < grant.expires && grant.expires <= latest,
        "it ends at the wrong time"
    );
    sleep(fixture.duration / 2).await;
    fixture.check_taken("before the end").await
}

/// Some want the lock until they have had it; while one has it, nobody else may.
async fn turns(fixture: LockFixture) -> Outcome {
    let history = Arc::new(Mutex::new(Vec::new()));
    let ended = at_once(4, |_| {
        let (fixture, history) = (fixture.clone(), Arc::clone(&history));
        async move { take_turn(&fixture, &history).await }
    })
    .await?;
    ended.into_iter().collect::<Outcome>()?;
    let history = history.lock().unwrap_or_else(PoisonError::into_inner);
    check_eq!(history.len(), 8, "entries");
    for turn in history.chunks(2) {
        check_eq!(turn[0], turn[1], "holder who began and who ended");
    }
    check!(
        history.is_sorted(),
        "fencing tokens do not increase: {history:?}"
    );
    Ok(())
}

async fn take_turn(fixture: &LockFixture, history: &Mutex<Vec<u64>>) -> Outcome {
    let note = |token| {
        history
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(token);
    };
    for _ in 0..100 {
        if let Some(grant) = fixture.try_acquire().await? {
            note(grant.fencing_token);
            sleep(fixture.duration / 20).await;
            note(grant.fencing_token);
            fixture.release(grant).await?;
            return Ok(());
        }
        sleep(fixture.duration / 20).await;
    }
    Err(Failure::new("the lock was never free"))
}

async fn name_empty(fixture: LockFixture) -> Outcome {
    let store = &fixture.store;
    check_kind!(
        store.try_acquire("", fixture.duration).await,
        Invalid,
        "acquire"
    );
    check_kind!(store.renew("", 1, fixture.duration).await, Invalid, "renew");
    check_kind!(store.release("", 1).await, Invalid, "release");
    Ok(())
}

async fn name_limit(fixture: LockFixture) -> Outcome {
    let store = &fixture.store;
    let longest = of_length(&fixture.prefix, store.capabilities().key_max);
    let grant = store.try_acquire(&longest, fixture.duration).await?;
    check!(grant.is_some(), "the longest name cannot be taken");
    let longer = format!("{longest}x");
    check_kind!(
        store.try_acquire(&longer, fixture.duration).await,
        Limit,
        "acquire"
    );
    check_kind!(
        store.renew(&longer, 1, fixture.duration).await,
        Limit,
        "renew"
    );
    check_kind!(store.release(&longer, 1).await, Limit, "release");
    Ok(())
}

async fn release(fixture: LockFixture) -> Outcome {
    for _ in 0..3 {
        let grant = fixture.acquire().await?;
        fixture.release(grant).await?;
    }
    fixture.acquire().await?;
    Ok(())
}

async fn tokens(fixture: LockFixture) -> Outcome {
    let mut last = None;
    for round in 0..4 {
        let grant = fixture.acquire().await?;
        check!(
            last < Some(grant.fencing_token),
            "token {} after {last:?}",
            grant.fencing_token
        );
        last = Some(grant.fencing_token);
        if round % 2 == 0 {
            fixture.release(grant).await?;
        } else {
            fixture.wait_for_end().await;
        }
    }
    Ok(())
}
