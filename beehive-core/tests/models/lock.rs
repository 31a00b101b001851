//! Lock: who holds each name, and until when.

use std::collections::HashMap;
use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::store::LockStore;
use beehive_core::store::memory::MemoryLock;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::time::{Instant, advance};

use crate::{failure_of, on_paused_clock};

#[derive(Clone, Debug)]
enum Step {
    Acquire(&'static str, Duration),
    /// By one of the tokens given so far, counted from the last.
    Renew(&'static str, usize, Duration),
    Release(&'static str, usize),
    Advance(Duration),
}

fn step() -> impl Strategy<Value = Step> {
    let name = || prop_oneof![Just("a"), Just("ab"), Just("b")];
    // Whole and few, so that locks end exactly when something happens.
    let time = || (0_u64..4).prop_map(Duration::from_secs);
    prop_oneof![
        3 => (name(), time()).prop_map(|(name, time)| Step::Acquire(name, time)),
        2 => (name(), 0_usize..3, time()).prop_map(|(name, back, time)| Step::Renew(name, back, time)),
        2 => (name(), 0_usize..3).prop_map(|(name, back)| Step::Release(name, back)),
        2 => time().prop_map(Step::Advance),
    ]
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let store = MemoryLock::default();
    let mut held: HashMap<&str, (u64, Instant)> = HashMap::new();
    let mut tokens: HashMap<&str, Vec<u64>> = HashMap::new();
    for step in steps {
        held.retain(|_, (_, expires)| Instant::now() < *expires);
        let given = |name, back| {
            let of: &Vec<u64> = tokens.get(name)?;
            of.iter().rev().nth(back).copied()
        };
        match step {
            Step::Acquire(name, time) => {
                let grant = store.try_acquire(name, time).await.expect("an answer");
                prop_assert_eq!(grant.is_none(), held.contains_key(name));
                if let Some(grant) = grant {
                    prop_assert_eq!(grant.expires, Instant::now() + time);
                    let of = tokens.entry(name).or_default();
                    prop_assert!(
                        of.last() < Some(&grant.fencing_token),
                        "tokens must increase"
                    );
                    of.push(grant.fencing_token);
                    held.insert(name, (grant.fencing_token, grant.expires));
                }
            }
            Step::Renew(name, back, time) => {
                let token = given(name, back).unwrap_or(u64::MAX);
                let renewed = store.renew(name, token, time).await;
                let holds = held.get(name).is_some_and(|(holder, _)| *holder == token);
                let failure = (!holds).then_some(ErrorKind::LeaseLost);
                prop_assert_eq!(failure_of(&renewed), failure);
                if holds {
                    held.insert(name, (token, Instant::now() + time));
                }
            }
            Step::Release(name, back) => {
                let token = given(name, back).unwrap_or(u64::MAX);
                let released = store.release(name, token).await;
                let others = held.get(name).is_some_and(|(holder, _)| *holder != token);
                let failure = others.then_some(ErrorKind::LeaseLost);
                prop_assert_eq!(failure_of(&released), failure);
                if !others {
                    held.remove(name);
                }
            }
            Step::Advance(time) => advance(time).await,
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_store_does_what_a_note_of_the_holder_does(steps in vec(step(), 1..80)) {
        on_paused_clock(run(steps))?;
    }
}
