//! What every inbox backend must do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::conformance::support::{COMPETITORS, at_once, case};
use crate::conformance::{Case, Failure, Outcome, check_eq};
use crate::event::EventId;
use crate::queue::QueueName;
use crate::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};

/// An inbox. It needs no place of its own, since the events of every run are new.
#[derive(Clone)]
pub struct InboxFixture {
    /// The inbox.
    pub store: Arc<dyn Inbox>,
    /// The shortest time for which it can remember, and some dozen calls can be made.
    pub retention: Duration,
    /// By how much it may forget later.
    pub tolerance: Duration,
}

impl InboxFixture {
    /// A fixture with times for a backend that is near.
    pub fn new(store: impl Inbox) -> Self {
        Self {
            store: Arc::new(store),
            retention: Duration::from_secs(4),
            tolerance: Duration::from_secs(2),
        }
    }

    /// How long it remembers, and by how much it may forget later.
    #[must_use]
    pub fn with_timing(mut self, retention: Duration, tolerance: Duration) -> Self {
        self.retention = retention;
        self.tolerance = tolerance;
        self
    }

    async fn record(&self, key: &InboxKey, follow_ups: u64) -> crate::Result<InboxOutcome> {
        // Longer than any case takes.
        let retention = self.retention * 100;
        self.store
            .record(key, InboxEntry { follow_ups }, retention)
            .await
    }
}

impl fmt::Debug for InboxFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxFixture")
            .field("retention", &self.retention)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

/// The cases.
pub fn cases() -> Vec<Case<InboxFixture>> {
    vec![
        case!(
            "record/first",
            "an event is done for the first time once",
            first
        ),
        case!(
            "record/entry",
            "what the first recorded is kept and told",
            entry
        ),
        case!(
            "record/at_once",
            "of several that record at once exactly one is the first",
            at_once_first
        ),
        case!(
            "record/queues",
            "the same event of another queue is done for the first time",
            queues
        ),
        case!(
            "record/ids",
            "ids of other systems are kept apart to the letter",
            ids
        ),
        case!(
            "look/changes_nothing",
            "looking tells what is remembered and remembers nothing",
            look
        ),
        case!(
            "expiry/keeps",
            "an event is remembered as long as was asked for",
            keeps
        ),
        case!(
            "expiry/forgets",
            "an event is forgotten after its time and then done again",
            forgets
        ),
        case!(
            "expiry/at_once",
            "of several that record what was forgotten exactly one is the first",
            forgotten_at_once
        ),
        case!("expiry/each", "each entry has a time of its own", each),
    ]
}

fn key_of(event: &EventId, queue: &str) -> Result<InboxKey, Failure> {
    Ok(InboxKey {
        event: event.clone(),
        queue: queue.parse::<QueueName>()?,
    })
}

fn new_key() -> Result<InboxKey, Failure> {
    key_of(&EventId::new(), "OrderAccepted-Payment")
}

fn seen(follow_ups: u64) -> InboxOutcome {
    InboxOutcome::Seen(InboxEntry { follow_ups })
}

async fn first(fixture: InboxFixture) -> Outcome {
    let (one, two) = (new_key()?, new_key()?);
    check_eq!(
        fixture.record(&one, 1).await?,
        InboxOutcome::First,
        "first time"
    );
    check_eq!(fixture.record(&one, 1).await?, seen(1), "second time");
    check_eq!(
        fixture.record(&two, 2).await?,
        InboxOutcome::First,
        "another event"
    );
    check_eq!(fixture.record(&one, 1).await?, seen(1), "third time");
    Ok(())
}

async fn entry(fixture: InboxFixture) -> Outcome {
    for follow_ups in [0, 7, u64::MAX] {
        let key = new_key()?;
        fixture.record(&key, follow_ups).await?;
        check_eq!(
            fixture.record(&key, 42).await?,
            seen(follow_ups),
            "recorded again"
        );
        let remembered = fixture.store.look(&key).await?;
        check_eq!(
            remembered,
            Some(InboxEntry { follow_ups }),
            "what is remembered"
        );
    }
    Ok(())
}

async fn record_at_once(fixture: &InboxFixture, key: &InboxKey) -> Outcome {
    let outcomes = at_once(COMPETITORS, |number| {
        let (fixture, key) = (fixture.clone(), key.clone());
        async move { fixture.record(&key, number as u64).await }
    })
    .await?;
    let mut winners = Vec::new();
    let mut told = Vec::new();
    for (number, outcome) in outcomes.into_iter().enumerate() {
        match outcome? {
            InboxOutcome::First => winners.push(number as u64),
            InboxOutcome::Seen(entry) => told.push(entry.follow_ups),
        }
    }
    check_eq!(winners.len(), 1, "how many were the first");
    check_eq!(
        told,
        vec![winners[0]; COMPETITORS - 1],
        "what the others were told"
    );
    Ok(())
}

async fn at_once_first(fixture: InboxFixture) -> Outcome {
    record_at_once(&fixture, &new_key()?).await
}

async fn queues(fixture: InboxFixture) -> Outcome {
    let event = EventId::new();
    let queues = [
        "OrderAccepted-Payment",
        "OrderAccepted-Tracing",
        "OrderShipped-Payment",
        "Payment-Payment",
        "orderAccepted-Payment",
    ];
    for (queue, follow_ups) in queues.iter().zip(1..) {
        let recorded = fixture.record(&key_of(&event, queue)?, follow_ups).await?;
        check_eq!(recorded, InboxOutcome::First, "in {queue}");
    }
    for (queue, follow_ups) in queues.iter().zip(1..) {
        let remembered = fixture.store.look(&key_of(&event, queue)?).await?;
        check_eq!(remembered, Some(InboxEntry { follow_ups }), "of {queue}");
    }
    Ok(())
}

async fn ids(fixture: InboxFixture) -> Outcome {
    // The events of every run are new, so each id starts with one that is unique.
    let unique = EventId::new();
    let places = [
        ("", "A-B"),
        ("x", "A-B"),
        ("X", "A-B"),
        ("a b", "A-B"),
        ("a/b", "A-B"),
        ("a#b", "A-B"),
        ("\u{e9}", "A-B"),
        ("e\u{301}", "A-B"),
        ("\u{1f41d}", "A-B"),
        // These would be one if event and queue were merely joined.
        ("y", "AB-C"),
        ("yA", "B-C"),
    ];
    let mut keys = Vec::new();
    for (id, queue) in places {
        keys.push(key_of(&EventId::parse(&format!("{unique}{id}"))?, queue)?);
    }
    for (key, follow_ups) in keys.iter().zip(1..) {
        check_eq!(
            fixture.record(key, follow_ups).await?,
            InboxOutcome::First,
            "{key:?}"
        );
    }
    for (key, follow_ups) in keys.iter().zip(1..) {
        check_eq!(
            fixture.record(key, 0).await?,
            seen(follow_ups),
            "{key:?} again"
        );
    }
    Ok(())
}

async fn look(fixture: InboxFixture) -> Outcome {
    let key = new_key()?;
    for _ in 0..2 {
        check_eq!(fixture.store.look(&key).await?, None, "before");
    }
    check_eq!(
        fixture.record(&key, 7).await?,
        InboxOutcome::First,
        "after looking"
    );
    for _ in 0..2 {
        let remembered = fixture.store.look(&key).await?;
        check_eq!(
            remembered,
            Some(InboxEntry { follow_ups: 7 }),
            "after recording"
        );
    }
    Ok(())
}

async fn record_shortly(fixture: &InboxFixture, key: &InboxKey) -> Outcome {
    let entry = InboxEntry { follow_ups: 7 };
    let outcome = fixture.store.record(key, entry, fixture.retention).await?;
    check_eq!(outcome, InboxOutcome::First, "recorded shortly");
    Ok(())
}

async fn keeps(fixture: InboxFixture) -> Outcome {
    let key = new_key()?;
    record_shortly(&fixture, &key).await?;
    sleep(fixture.retention * 3 / 4).await;
    let remembered = fixture.store.look(&key).await?;
    check_eq!(
        remembered,
        Some(InboxEntry { follow_ups: 7 }),
        "before the end"
    );
    check_eq!(
        fixture.record(&key, 8).await?,
        seen(7),
        "recorded before the end"
    );
    Ok(())
}

async fn forgets(fixture: InboxFixture) -> Outcome {
    let key = new_key()?;
    record_shortly(&fixture, &key).await?;
    sleep(fixture.retention + fixture.tolerance).await;
    check_eq!(fixture.store.look(&key).await?, None, "after the end");
    check_eq!(
        fixture.record(&key, 8).await?,
        InboxOutcome::First,
        "recorded after the end"
    );
    let remembered = fixture.store.look(&key).await?;
    check_eq!(
        remembered,
        Some(InboxEntry { follow_ups: 8 }),
        "recorded again"
    );
    Ok(())
}

async fn forgotten_at_once(fixture: InboxFixture) -> Outcome {
    let key = new_key()?;
    record_shortly(&fixture, &key).await?;
    sleep(fixture.retention + fixture.tolerance).await;
    record_at_once(&fixture, &key).await
}

async fn each(fixture: InboxFixture) -> Outcome {
    let (short, long) = (new_key()?, new_key()?);
    fixture.record(&long, 1).await?;
    record_shortly(&fixture, &short).await?;
    sleep(fixture.retention + fixture.tolerance).await;
    check_eq!(fixture.store.look(&short).await?, None, "the short one");
    check_eq!(fixture.record(&long, 2).await?, seen(1), "the long one");
    Ok(())
}
