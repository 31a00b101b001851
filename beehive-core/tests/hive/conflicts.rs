//! Lost races are visible, and run again.

use beehive_core::queue::memory::MemoryQueue;
use beehive_core::store::{Collection, Entity, Stores};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use crate::support::{HOUR, SECOND, actor, done, event, hive, within};

#[derive(Serialize, Deserialize)]
struct Tally {
    id: String,
    count: u64,
}

impl Entity for Tally {
    const COLLECTION: &'static str = "tallies";

    fn id(&self) -> &str {
        &self.id
    }
}

#[tokio::test(start_paused = true)]
async fn actors_that_race_for_one_entity_lose_no_change() {
    let queue = MemoryQueue::default();
    let stores = Stores::memory();
    let tallies: Collection<Tally> = stores.collection().unwrap();
    let of_actor = tallies.clone();
    let descriptor = actor("Start-Count", move |_| {
        let tallies = of_actor.clone();
        async move {
            // Everybody reads, then everybody writes: all but one lose.
            let found = tallies.get("one").await?;
            sleep(SECOND).await;
            match found {
                None => {
                    tallies
                        .insert(&Tally {
                            id: "one".into(),
                            count: 1,
                        })
                        .await?
                }
                Some(mut found) => {
                    found.entity.count += 1;
                    tallies.replace(&found.entity, found.etag).await?
                }
            };
            done().await
        }
    });
    let hive = hive(queue.clone()).stores(stores).register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    let events: Vec<_> = (0..32).map(|_| event("Start", "")).collect();
    running.publisher().publish_all(&events).await.unwrap();
    within(10 * HOUR, "done", queue.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!(statistics.dead_lettered, 0, "{statistics:?}");
    assert_eq!(tallies.require("one").await.unwrap().count, 32);
    assert!(statistics.failed > 0, "no race, no proof");
}
