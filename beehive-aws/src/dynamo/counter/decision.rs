//! What a change does to a value. Pure.

use beehive_core::store::Change;
use beehive_core::{Error, ErrorKind};

/// What a change does to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The value becomes this.
    Apply(i64),
    BelowFloor,
    OutOfRange,
}

pub(super) fn decide(value: i64, change: &Change) -> Decision {
    let Some(changed) = value.checked_add(change.delta()) else {
        return Decision::OutOfRange;
    };
    if change.floor().is_some_and(|floor| changed < floor) {
        return Decision::BelowFloor;
    }
    Decision::Apply(changed)
}

/// The lowest and the highest value to which the change may be applied, if there is any.
pub(super) fn bounds(change: &Change) -> Option<(i64, i64)> {
    let delta = i128::from(change.delta());
    let (min, max) = (i128::from(i64::MIN), i128::from(i64::MAX));
    let lowest_result = change.floor().map_or(min, i128::from);
    let lowest = (lowest_result - delta).max(min);
    let highest = (max - delta).min(max);
    let lowest = i64::try_from(lowest).ok()?;
    let highest = i64::try_from(highest).ok()?;
    (lowest <= highest).then_some((lowest, highest))
}

pub(super) fn out_of_range(value: i64, change: &Change) -> Error {
    Error::new(ErrorKind::Limit, "the result does not fit into 64 bits")
        .with_context("value", value)
        .with_context("delta", change.delta())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers at the edges as often as between them.
    fn numbers() -> impl Strategy<Value = i64> {
        prop_oneof![
            -3..=3_i64,
            Just(i64::MIN),
            Just(i64::MIN + 1),
            Just(i64::MAX),
            Just(i64::MAX - 1),
            any::<i64>(),
        ]
    }

    proptest! {
        #[test]
        fn a_value_is_within_the_bounds_if_and_only_if_the_change_applies(
            value in numbers(), delta in numbers(), floor in proptest::option::of(numbers()),
        ) {
            let mut change = Change::add(delta);
            if let Some(floor) = floor {
                change = change.with_floor(floor);
            }
            let within = bounds(&change)
                .is_some_and(|(lowest, highest)| (lowest..=highest).contains(&value));
            let applies = matches!(decide(value, &change), Decision::Apply(_));
            prop_assert_eq!(within, applies);
        }
    }

    #[test]
    fn a_change_is_decided_by_range_then_floor() {
        for (value, change, decision) in [
            (5, Change::add(-3), Decision::Apply(2)),
            (2, Change::add(-3).with_floor(0), Decision::BelowFloor),
            (3, Change::add(-3).with_floor(0), Decision::Apply(0)),
            (-5, Change::add(1).with_floor(0), Decision::BelowFloor),
            (i64::MAX, Change::add(1), Decision::OutOfRange),
            (
                i64::MIN,
                Change::add(-1).with_floor(0),
                Decision::OutOfRange,
            ),
        ] {
            assert_eq!(decide(value, &change), decision, "{value} {change:?}");
        }
    }
}
