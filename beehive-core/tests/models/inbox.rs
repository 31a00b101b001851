//! Inbox: a map with the time until which each entry is remembered.

use std::collections::HashMap;
use std::time::Duration;

use beehive_core::event::EventId;
use beehive_core::store::memory::MemoryInbox;
use beehive_core::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::time::{Instant, advance};

use crate::on_paused_clock;

#[derive(Clone, Debug)]
enum Step {
    Look(InboxKey),
    Record(InboxKey, u64, Duration),
    Advance(Duration),
}

fn key() -> impl Strategy<Value = InboxKey> {
    let queue = prop_oneof![Just("A-B"), Just("A-C"), Just("AB-C")];
    ("[ab]{1,2}", queue).prop_map(|(event, queue)| InboxKey {
        event: EventId::parse(&event).expect("an id"),
        queue: queue.parse().expect("a name"),
    })
}

fn step() -> impl Strategy<Value = Step> {
    // Around whole seconds, by which the inbox clears away what it has forgotten.
    let time = || (0_u64..40).prop_map(|tenths| Duration::from_millis(tenths * 100));
    prop_oneof![
        2 => key().prop_map(Step::Look),
        3 => (key(), any::<u64>(), time()).prop_map(|(key, mark, time)| Step::Record(key, mark, time)),
        2 => time().prop_map(Step::Advance),
    ]
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let inbox = MemoryInbox::default();
    let mut model: HashMap<InboxKey, (InboxEntry, Instant)> = HashMap::new();
    for step in steps {
        model.retain(|_, (_, end)| Instant::now() < *end);
        match step {
            Step::Look(key) => {
                let found = inbox.look(&key).await.expect("an answer");
                prop_assert_eq!(found, model.get(&key).map(|(entry, _)| *entry));
            }
            Step::Record(key, follow_ups, retention) => {
                let entry = InboxEntry { follow_ups };
                let outcome = inbox
                    .record(&key, entry, retention)
                    .await
                    .expect("an answer");
                let expected = match model.get(&key) {
                    Some((first, _)) => InboxOutcome::Seen(*first),
                    None => InboxOutcome::First,
                };
                prop_assert_eq!(outcome, expected);
                model
                    .entry(key)
                    .or_insert((entry, Instant::now() + retention));
            }
            Step::Advance(time) => advance(time).await,
        }
    }
    Ok(())
}

/// What is left of entries with these retentions, recorded one after the other, by their numbers.
async fn left(capacity: usize, retentions: &[u64]) -> Vec<usize> {
    let inbox = MemoryInbox::with_capacity(capacity);
    let keys: Vec<InboxKey> = (0..retentions.len())
        .map(|number| InboxKey {
            event: EventId::parse(&number.to_string()).expect("an id"),
            queue: "A-B".parse().expect("a name"),
        })
        .collect();
    for (key, hours) in keys.iter().zip(retentions) {
        let entry = InboxEntry { follow_ups: 0 };
        let retention = Duration::from_hours(*hours);
        inbox
            .record(key, entry, retention)
            .await
            .expect("an answer");
    }
    let mut left = Vec::new();
    for (number, key) in keys.iter().enumerate() {
        if inbox.look(key).await.expect("an answer").is_some() {
            left.push(number);
        }
    }
    left
}

proptest! {
    #[test]
    fn the_inbox_does_what_a_map_with_ends_does(steps in vec(step(), 1..80)) {
        on_paused_clock(run(steps))?;
    }

    #[test]
    fn a_full_inbox_forgets_what_would_be_forgotten_first(
        capacity in 1_usize..6,
        retentions in vec(1_u64..9, 0..20),
    ) {
        // The naive way: add one, and drop the one that ends first if there are too many.
        let mut expected: Vec<(u64, usize)> = Vec::new();
        for (number, hours) in retentions.iter().enumerate() {
            expected.push((*hours, number));
            expected.sort_unstable();
            if expected.len() > capacity {
                expected.remove(0);
            }
        }
        let mut expected: Vec<usize> = expected.into_iter().map(|(_, number)| number).collect();
        expected.sort_unstable();
        on_paused_clock(async {
            prop_assert_eq!(left(capacity, &retentions).await, expected);
            Ok(())
        })?;
    }
}
