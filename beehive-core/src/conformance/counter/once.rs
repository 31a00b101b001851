//! Operations: a change under an id is applied once.

use super::{CounterFixture, once_as};
use crate::conformance::support::{COMPETITORS, case};
use crate::conformance::{Case, Outcome, check_eq, check_kind};
use crate::store::CounterOutcome::{AlreadyApplied, Applied, BelowFloor};

pub(super) fn cases() -> Vec<Case<CounterFixture>> {
    vec![
        case!(
            "once/applies_once",
            "a change is applied once under an operation id",
            once
        ),
        case!(
            "once/at_once",
            "of several that apply one operation at once exactly one does",
            once_at_once
        ),
        case!(
            "once/refused",
            "a change that the floor refused was not applied and can be later",
            once_refused
        ),
        case!(
            "once/refused_range",
            "a change that did not fit was not applied and can be later",
            once_out_of_range
        ),
        case!(
            "once/floor_after",
            "a change that was applied stays so though the floor would refuse it now",
            once_then_floor
        ),
        case!(
            "once/keys",
            "an operation id belongs to its counter",
            once_per_key
        ),
        case!("once/unicode", "operation ids are any text", once_unicode),
    ]
}

async fn once(fixture: CounterFixture) -> Outcome {
    check_eq!(
        fixture.change("a", &once_as(5, "one")).await?,
        Applied(5),
        "first"
    );
    check_eq!(
        fixture.change("a", &once_as(5, "one")).await?,
        AlreadyApplied(5),
        "second"
    );
    check_eq!(
        fixture.change("a", &once_as(2, "two")).await?,
        Applied(7),
        "another"
    );
    check_eq!(
        fixture.change("a", &once_as(5, "one")).await?,
        AlreadyApplied(7),
        "third"
    );
    check_eq!(fixture.value("a").await?, 7, "value");
    Ok(())
}

async fn once_at_once(fixture: CounterFixture) -> Outcome {
    fixture.add("a", 10).await?;
    let outcomes = fixture
        .change_at_once(&once_as(-3, "one").with_floor(0))
        .await?;
    let applied = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Applied(_)))
        .count();
    let already = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, AlreadyApplied(_)))
        .count();
    check_eq!(
        (applied, already),
        (1, COMPETITORS - 1),
        "applied and already applied"
    );
    check_eq!(fixture.value("a").await?, 7, "value");
    Ok(())
}

async fn once_refused(fixture: CounterFixture) -> Outcome {
    let reserve = once_as(-3, "reserve").with_floor(0);
    for _ in 0..2 {
        check_eq!(
            fixture.change("a", &reserve).await?,
            BelowFloor(0),
            "without stock"
        );
    }
    fixture.add("a", 5).await?;
    check_eq!(
        fixture.change("a", &reserve).await?,
        Applied(2),
        "with stock"
    );
    check_eq!(
        fixture.change("a", &reserve).await?,
        AlreadyApplied(2),
        "again"
    );
    Ok(())
}

async fn once_out_of_range(fixture: CounterFixture) -> Outcome {
    fixture.add("a", i64::MAX).await?;
    let change = once_as(1, "one");
    check_kind!(
        fixture.change("a", &change).await,
        Limit,
        "beyond the range"
    );
    fixture.add("a", -1).await?;
    check_eq!(
        fixture.change("a", &change).await?,
        Applied(i64::MAX),
        "within it"
    );
    Ok(())
}

async fn once_then_floor(fixture: CounterFixture) -> Outcome {
    fixture.add("a", 3).await?;
    let reserve = once_as(-3, "reserve").with_floor(0);
    check_eq!(fixture.change("a", &reserve).await?, Applied(0), "first");
    check_eq!(
        fixture.change("a", &reserve).await?,
        AlreadyApplied(0),
        "again"
    );
    Ok(())
}

async fn once_per_key(fixture: CounterFixture) -> Outcome {
    for name in ["a", "b"] {
        check_eq!(
            fixture.change(name, &once_as(1, "one")).await?,
            Applied(1),
            "of {name}"
        );
    }
    // These would be one if key and operation were merely joined.
    for (name, operation) in [("k", "lm"), ("kl", "m")] {
        let change = once_as(1, operation);
        check_eq!(
            fixture.change(name, &change).await?,
            Applied(1),
            "{operation} of {name}"
        );
    }
    Ok(())
}

async fn once_unicode(fixture: CounterFixture) -> Outcome {
    let ids = [
        "a b",
        "a/b",
        "a#b",
        "A",
        "a",
        "e\u{301}",
        "\u{e9}",
        "\u{1f41d}",
    ];
    for (id, value) in ids.iter().zip(1..) {
        check_eq!(
            fixture.change("a", &once_as(1, id)).await?,
            Applied(value),
            "id {id:?}"
        );
    }
    let value = fixture.value("a").await?;
    for id in ids {
        let again = fixture.change("a", &once_as(1, id)).await?;
        check_eq!(again, AlreadyApplied(value), "id {id:?} again");
    }
    Ok(())
}
