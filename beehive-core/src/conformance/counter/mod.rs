//! What every counter backend must do.

mod once;

use std::fmt;
use std::sync::Arc;

use crate::conformance::support::{COMPETITORS, at_once, case, of_length};
use crate::conformance::{Case, Failure, Outcome, check, check_eq, check_kind};
use crate::store::CounterOutcome::{AlreadyApplied, Applied, BelowFloor};
use crate::store::{Change, CounterOutcome, CounterStore, OperationId};

/// A counter store, and a place in it that no other run uses.
#[derive(Clone)]
pub struct CounterFixture {
    /// The store.
    pub store: Arc<dyn CounterStore>,
    /// What every key of the case starts with: unique, of at most 100 bytes.
    pub prefix: String,
}

impl CounterFixture {
    /// A fixture whose keys start with this prefix.
    pub fn new(store: impl CounterStore, prefix: impl Into<String>) -> Self {
        Self {
            store: Arc::new(store),
            prefix: prefix.into(),
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    async fn change(&self, name: &str, change: &Change) -> crate::Result<CounterOutcome> {
        self.store.change(&self.key(name), change).await
    }

    async fn add(&self, name: &str, delta: i64) -> crate::Result<CounterOutcome> {
        self.change(name, &Change::add(delta)).await
    }

    async fn value(&self, name: &str) -> crate::Result<i64> {
        self.store.value(&self.key(name)).await
    }

    /// Several ask for the same change at once.
    async fn change_at_once(&self, change: &Change) -> Result<Vec<CounterOutcome>, Failure> {
        let changes = at_once(COMPETITORS, |_| {
            let (fixture, change) = (self.clone(), change.clone());
            async move { fixture.change("a", &change).await }
        });
        Ok(changes.await?.into_iter().collect::<crate::Result<_>>()?)
    }
}

impl fmt::Debug for CounterFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CounterFixture")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// The cases.
pub fn cases() -> Vec<Case<CounterFixture>> {
    let mut cases = vec![
        case!(
            "add/value",
            "a counter is zero, then the sum of its changes",
            add
        ),
        case!(
            "add/keys",
            "counters of other keys are other counters",
            keys
        ),
        case!(
            "add/at_once",
            "no change is lost among those made at once",
            add_at_once
        ),
        case!(
            "add/range",
            "a change beyond the range of the number is refused and changes nothing",
            range
        ),
        case!(
            "add/key_empty",
            "an empty key or operation id is invalid",
            key_empty
        ),
        case!(
            "add/key_limit",
            "a key of the longest length works, a longer one does not",
            key_limit
        ),
        case!(
            "floor/refuses",
            "a change below the floor is refused and changes nothing",
            floor
        ),
        case!(
            "floor/negative",
            "the floor can be any number, and is of the change, not of the counter",
            floor_any
        ),
        case!(
            "floor/at_once",
            "the floor is never crossed, however many subtract at once",
            floor_at_once
        ),
    ];
    cases.extend(once::cases());
    cases
}

fn once_as(delta: i64, operation: &str) -> Change {
    Change::add(delta).once(OperationId::new(operation))
}

async fn add(fixture: CounterFixture) -> Outcome {
    check_eq!(fixture.value("a").await?, 0, "before");
    for (delta, value) in [(5, 5), (-7, -2), (0, -2), (2, 0), (1, 1)] {
        check_eq!(
            fixture.add("a", delta).await?,
            Applied(value),
            "adding {delta}"
        );
        check_eq!(fixture.value("a").await?, value, "after adding {delta}");
    }
    Ok(())
}

async fn keys(fixture: CounterFixture) -> Outcome {
    let names = ["a", "A", "ab", "a/b", "\u{e9}", "e\u{301}", "\u{1f41d}"];
    for (name, delta) in names.iter().zip(1..) {
        fixture.add(name, delta).await?;
    }
    for (name, value) in names.iter().zip(1..) {
        check_eq!(fixture.value(name).await?, value, "value of {name}");
    }
    Ok(())
}

async fn add_at_once(fixture: CounterFixture) -> Outcome {
    let outcomes = fixture.change_at_once(&Change::add(1)).await?;
    let mut values: Vec<i64> = outcomes.iter().map(|outcome| outcome.value()).collect();
    values.sort_unstable();
    let expected: Vec<i64> = (1..).take(COMPETITORS).collect();
    check_eq!(values, expected, "each sees a value of its own");
    check_eq!(fixture.value("a").await?, expected[COMPETITORS - 1], "sum");
    Ok(())
}

async fn range(fixture: CounterFixture) -> Outcome {
    for (name, edge, beyond) in [("high", i64::MAX, 1), ("low", i64::MIN, -1)] {
        check_eq!(
            fixture.add(name, edge).await?,
            Applied(edge),
            "up to the edge"
        );
        check_kind!(fixture.add(name, beyond).await, Limit, "one beyond");
        check_kind!(fixture.add(name, edge).await, Limit, "far beyond");
        check_eq!(fixture.value(name).await?, edge, "after what was refused");
        check_eq!(
            fixture.add(name, -beyond).await?,
            Applied(edge - beyond),
            "back"
        );
    }
    Ok(())
}

async fn key_empty(fixture: CounterFixture) -> Outcome {
    check_kind!(
        fixture.store.change("", &Change::add(1)).await,
        Invalid,
        "change"
    );
    check_kind!(fixture.store.value("").await, Invalid, "value");
    check_kind!(
        fixture.change("a", &once_as(1, "")).await,
        Invalid,
        "operation id"
    );
    check_eq!(fixture.value("a").await?, 0, "value");
    Ok(())
}

async fn key_limit(fixture: CounterFixture) -> Outcome {
    let key_max = fixture.store.capabilities().key_max;
    let longest = of_length(&fixture.prefix, key_max);
    fixture.store.change(&longest, &Change::add(1)).await?;
    check_eq!(
        fixture.store.value(&longest).await?,
        1,
        "value of the longest key"
    );
    let longer = format!("{longest}x");
    check_kind!(
        fixture.store.change(&longer, &Change::add(1)).await,
        Limit,
        "change"
    );
    check_kind!(fixture.store.value(&longer).await, Limit, "value");
    let longest = of_length("o", key_max);
    for expected in [Applied(1), AlreadyApplied(1)] {
        check_eq!(
            fixture.change("a", &once_as(1, &longest)).await?,
            expected,
            "longest id"
        );
    }
    let longer = format!("{longest}x");
    check_kind!(
        fixture.change("a", &once_as(1, &longer)).await,
        Limit,
        "operation id"
    );
    check_eq!(fixture.value("a").await?, 1, "value");
    Ok(())
}

async fn floor(fixture: CounterFixture) -> Outcome {
    fixture.add("a", 5).await?;
    let take = |units: i64| Change::add(-units).with_floor(0);
    check_eq!(
        fixture.change("a", &take(6)).await?,
        BelowFloor(5),
        "too many"
    );
    check_eq!(fixture.value("a").await?, 5, "after what was refused");
    check_eq!(fixture.change("a", &take(5)).await?, Applied(0), "all");
    check_eq!(
        fixture.change("a", &take(1)).await?,
        BelowFloor(0),
        "one more"
    );
    check_eq!(
        fixture.change("new", &take(1)).await?,
        BelowFloor(0),
        "of a new counter"
    );
    check_eq!(fixture.value("new").await?, 0, "of a new counter");
    Ok(())
}

async fn floor_any(fixture: CounterFixture) -> Outcome {
    let change = Change::add(-3).with_floor(-3);
    check_eq!(
        fixture.change("a", &change).await?,
        Applied(-3),
        "down to the floor"
    );
    check_eq!(
        fixture.change("a", &change).await?,
        BelowFloor(-3),
        "below it"
    );
    check_eq!(fixture.add("a", -1).await?, Applied(-4), "without a floor");
    // What is below the floor stays refused even if it grows.
    check_eq!(
        fixture.change("a", &Change::add(1).with_floor(0)).await?,
        BelowFloor(-4),
        "growing"
    );
    check_eq!(
        fixture.change("a", &Change::add(4).with_floor(0)).await?,
        Applied(0),
        "up to it"
    );
    let high = Change::add(1).with_floor(10);
    check_eq!(
        fixture.change("a", &high).await?,
        BelowFloor(0),
        "a floor above zero"
    );
    Ok(())
}

async fn floor_at_once(fixture: CounterFixture) -> Outcome {
    let stock = 7;
    fixture.add("a", stock).await?;
    let outcomes = fixture
        .change_at_once(&Change::add(-2).with_floor(0))
        .await?;
    let sold = outcomes
        .iter()
        .filter(|outcome| outcome.is_applied())
        .count();
    check_eq!(sold, 3, "changes that were applied");
    for outcome in outcomes {
        check!(
            outcome.value() >= 0,
            "the counter was at {}",
            outcome.value()
        );
    }
    check_eq!(fixture.value("a").await?, 1, "what is left");
    Ok(())
}
