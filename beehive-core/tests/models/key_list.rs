//! Key-list: a sorted set.

use std::collections::BTreeSet;

use beehive_core::ErrorKind;
use beehive_core::page::PageRequest;
use beehive_core::store::memory::MemoryKeyList;
use beehive_core::store::{Added, KeyListStore, Precondition};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::{failure_of, on_paused_clock, text};

type Place = (&'static str, &'static str);

#[derive(Clone, Debug)]
enum Step {
    Add(Place, String),
    Insert(Place, String),
    Remove(Place, String),
    Contains(Place, String),
    Items(Place, usize),
    Clear(Place),
}

fn step() -> impl Strategy<Value = Step> {
    let place = || {
        let name = || prop_oneof![Just("a"), Just("ab")];
        (name(), name())
    };
    prop_oneof![
        4 => (place(), text()).prop_map(|(place, item)| Step::Add(place, item)),
        2 => (place(), text()).prop_map(|(place, item)| Step::Insert(place, item)),
        2 => (place(), text()).prop_map(|(place, item)| Step::Remove(place, item)),
        1 => (place(), text()).prop_map(|(place, item)| Step::Contains(place, item)),
        2 => (place(), 1_usize..5).prop_map(|(place, limit)| Step::Items(place, limit)),
        1 => place().prop_map(Step::Clear),
    ]
}

async fn items(store: &MemoryKeyList, (list, key): Place, limit: usize) -> Vec<String> {
    let mut items = Vec::new();
    let mut request = PageRequest::first(limit);
    loop {
        let page = store.items(list, key, &request).await.expect("a page");
        items.extend(page.items);
        let Some(next) = page.next else { return items };
        request = PageRequest::first(limit).starting_at(next);
    }
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (store, mut model) = (MemoryKeyList::default(), BTreeSet::new());
    for step in steps {
        match step {
            Step::Add(place, item) => {
                let added = store
                    .add(place.0, place.1, &item, &Precondition::None)
                    .await;
                let new = added.expect("an addition") == Added::New;
                prop_assert_eq!(new, model.insert((place, item)));
            }
            Step::Insert(place, item) => {
                let added = store
                    .add(place.0, place.1, &item, &Precondition::Absent)
                    .await;
                let new = model.insert((place, item));
                let failure = (!new).then_some(ErrorKind::AlreadyExists);
                prop_assert_eq!(failure_of(&added), failure);
            }
            Step::Remove(place, item) => {
                store
                    .remove(place.0, place.1, &item)
                    .await
                    .expect("a removal");
                model.remove(&(place, item));
            }
            Step::Contains(place, item) => {
                let there = store
                    .contains(place.0, place.1, &item)
                    .await
                    .expect("a read");
                prop_assert_eq!(there, model.contains(&(place, item)));
            }
            Step::Items(place, limit) => {
                let there = model.iter().filter(|(of, _)| *of == place);
                let expected: Vec<_> = there.map(|(_, item)| item.clone()).collect();
                prop_assert_eq!(items(&store, place, limit).await, expected);
            }
            Step::Clear(place) => {
                store.clear(place.0, place.1).await.expect("a removal");
                model.retain(|(of, _)| *of != place);
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_store_does_what_a_sorted_set_does(steps in vec(step(), 1..60)) {
        on_paused_clock(run(steps))?;
    }
}
