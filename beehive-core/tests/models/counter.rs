//! Counter: numbers, and when each operation was last asked for.

use std::collections::HashMap;
use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::store::memory::MemoryCounter;
use beehive_core::store::{Change, CounterOutcome, CounterStore, OperationId};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::time::{Instant, advance};

use crate::{failure_of, on_paused_clock};

const DAY_IN_NANOS: u64 = 24 * 60 * 60 * 1_000_000_000;
const DAY: Duration = Duration::from_nanos(DAY_IN_NANOS);

#[derive(Clone, Debug)]
enum Step {
    Change {
        key: &'static str,
        delta: i64,
        floor: Option<i64>,
        operation: Option<u8>,
    },
    Advance(Duration),
}

fn step() -> impl Strategy<Value = Step> {
    let delta = prop_oneof![8 => -5_i64..6, 1 => Just(i64::MAX), 1 => Just(i64::MIN)];
    let key = prop_oneof![Just("a"), Just("ab")];
    let change = (key, delta, option::of(-3_i64..4), option::of(0_u8..4));
    prop_oneof![
        8 => change.prop_map(|(key, delta, floor, operation)| Step::Change { key, delta, floor, operation }),
        1 => (1_u64..30).prop_map(|hours| Step::Advance(Duration::from_hours(hours))),
        // Up to where a note ends, and as far as it is kept.
        1 => prop_oneof![Just(DAY), Just(Duration::from_nanos(DAY_IN_NANOS - 1))].prop_map(Step::Advance),
    ]
}

#[derive(Default)]
struct Model {
    values: HashMap<&'static str, i64>,
    notes: HashMap<(&'static str, u8), Instant>,
}

impl Model {
    fn change(
        &mut self,
        key: &'static str,
        delta: i64,
        floor: Option<i64>,
        operation: Option<u8>,
    ) -> Result<CounterOutcome, ErrorKind> {
        let value = self.values.entry(key).or_default();
        let note = operation.map(|operation| (key, operation));
        if let Some(used) = note.and_then(|note| self.notes.get_mut(&note))
            && used.elapsed() < DAY
        {
            *used = Instant::now();
            return Ok(CounterOutcome::AlreadyApplied(*value));
        }
        let changed = value.checked_add(delta).ok_or(ErrorKind::Limit)?;
        if floor.is_some_and(|floor| changed < floor) {
            return Ok(CounterOutcome::BelowFloor(*value));
        }
        if let Some(note) = note {
            self.notes.insert(note, Instant::now());
        }
        *value = changed;
        Ok(CounterOutcome::Applied(changed))
    }
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (store, mut model) = (MemoryCounter::default(), Model::default());
    for step in steps {
        match step {
            Step::Change {
                key,
                delta,
                floor,
                operation,
            } => {
                let mut change = Change::add(delta);
                if let Some(floor) = floor {
                    change = change.with_floor(floor);
                }
                if let Some(operation) = operation {
                    change = change.once(OperationId::new(operation.to_string()));
                }
                let outcome = store.change(key, &change).await;
                let expected = model.change(key, delta, floor, operation);
                prop_assert_eq!(failure_of(&outcome), expected.err());
                prop_assert_eq!(outcome.ok(), expected.ok());
                let value = store.value(key).await.expect("a read");
                prop_assert_eq!(value, model.values[key]);
            }
            Step::Advance(time) => advance(time).await,
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_store_does_what_plain_numbers_do(steps in vec(step(), 1..60)) {
        on_paused_clock(run(steps))?;
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_full_of_notes_refuses_new_operations_until_the_old_ones_are_forgotten() {
    let store = MemoryCounter::default().with_notes_max(2);
    let once = |id: &str| Change::add(1).once(OperationId::new(id));
    for id in ["1", "2", "1"] {
        store.change("a", &once(id)).await.expect("there is room");
    }
    let refused = store.change("a", &once("3")).await;
    assert_eq!(failure_of(&refused), Some(ErrorKind::Limit));
    assert_eq!(store.value("a").await.expect("a read"), 2);
    store
        .change("a", &Change::add(1))
        .await
        .expect("needs no note");
    // The store looks for what it may forget by the second.
    advance(DAY + Duration::from_secs(1)).await;
    store
        .change("a", &once("3"))
        .await
        .expect("there is room again");
    assert_eq!(store.value("a").await.expect("a read"), 4);
}
