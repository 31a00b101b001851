//! Actors that declare themselves are found, and filled.

use std::sync::Arc;

use beehive_core::actor::ActorError;
use beehive_core::prelude::{
    BlockingActor, Counter, Deserialize, Event, EventBody, ProcessorActor, Serialize, actor,
    async_trait,
};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::store::Stores;

use crate::support::{Diary, MINUTE, hive, within};

mod shop {
    use super::*;

    #[derive(Serialize, Deserialize, EventBody)]
    pub(super) struct Ordered {
        pub(super) order: String,
    }

    #[derive(Serialize, Deserialize, EventBody)]
    pub(super) struct Paid {
        pub(super) order: String,
    }

    #[derive(Serialize, Deserialize, EventBody)]
    pub(super) struct Refused {
        pub(super) order: String,
    }

    #[actor("Ordered-Pay", emits(Paid, Refused))]
    async fn pay(ordered: Ordered, paid: &Counter) -> Result<Event, ActorError> {
        let order = ordered.order;
        if order.starts_with("bad") {
            return Ok(Event::of(&Refused { order })?);
        }
        paid.add("paid", 1).await?;
        Ok(Event::of(&Paid { order })?)
    }

    #[actor("Paid-Ship", blocking)]
    struct Ship {
        diary: Arc<Diary<String>>,
    }

    impl BlockingActor for Ship {
        fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
            self.diary
                .note(format!("shipped {}", event.body::<Paid>()?.order));
            Ok(Vec::new())
        }
    }

    #[actor("Ordered-Trace")]
    #[actor("Paid-Trace")]
    #[actor("Refused-Trace")]
    struct Trace {
        diary: Arc<Diary<String>>,
    }

    #[async_trait]
    impl ProcessorActor for Trace {
        async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
            self.diary.note(format!("saw {}", event.event_type()));
            Ok(Vec::new())
        }
    }
}

#[tokio::test]
async fn declared_actors_of_every_kind_are_found_filled_and_run() {
    let queue = MemoryQueue::default();
    let (diary, stores) = (Diary::<String>::default(), Stores::memory());
    let hive = hive(queue.clone())
        .strict()
        .entry("Ordered")
        .stores(stores.clone())
        .service(Arc::new(diary.clone()))
        .discover_in(&["hive::discovery::shop"])
        .build()
        .unwrap();
    let running = hive.start().await.unwrap();
    let publisher = running.publisher();
    for order in ["good", "bad"] {
        let ordered = shop::Ordered {
            order: order.into(),
        };
        publisher
            .publish(Event::of(&ordered).unwrap())
            .await
            .unwrap();
    }
    within(MINUTE, "done", queue.idle()).await;
    let mut seen = diary.all();
    seen.sort();
    let expected = [
        "saw Ordered",
        "saw Ordered",
        "saw Paid",
        "saw Refused",
        "shipped good",
    ];
    assert_eq!(seen, expected);
    let paid = stores.counter().unwrap().value("paid").await.unwrap();
    assert_eq!(
        (paid, running.drain().await.statistics.dead_lettered),
        (1, 0)
    );
}

#[test]
fn what_is_discovered_is_sorted_and_only_from_the_modules_named() {
    let build = || {
        hive(MemoryQueue::default())
            .entry("Ordered")
            .stores(Stores::memory())
            .service(Arc::new(Diary::<String>::default()))
            .discover_in(&["hive::discovery::shop"])
            .build()
            .unwrap()
    };
    let names = |hive: &beehive_core::Hive| {
        let steps = hive.graph().steps();
        steps.map(|step| step.queue.to_string()).collect::<Vec<_>>()
    };
    let expected = [
        "Ordered-Pay",
        "Ordered-Trace",
        "Paid-Ship",
        "Paid-Trace",
        "Refused-Trace",
    ];
    assert_eq!(names(&build()), expected);
    assert_eq!(build().graph(), build().graph());
}
