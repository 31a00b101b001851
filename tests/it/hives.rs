//! Nothing is global: hives in one process do not see each other.

use beehive_core::Result;
use beehive_core::prelude::*;

#[derive(Serialize, Deserialize, EventBody)]
struct BeeSeen {
    flower: String,
}

#[actor("BeeSeen-Count")]
async fn count(seen: BeeSeen, bees: &Counter) -> Result<(), ActorError> {
    bees.add(&seen.flower, 1).await?;
    Ok(())
}

struct Garden {
    hive: beehive_core::hive::RunningHive,
    stores: Stores,
}

impl Garden {
    async fn new(name: &str) -> Result<Self> {
        let stores = Stores::memory();
        let hive = Hive::builder(name)
            .queue(MemoryQueue::default())
            .stores(stores.clone())
            .actor::<count>()
            .entry("BeeSeen")
            .build()?;
        let hive = hive.start().await?;
        Ok(Self { hive, stores })
    }

    async fn see(&self, flower: &str) -> Result<()> {
        let flower = flower.to_owned();
        let seen = Event::of(&BeeSeen { flower })?;
        self.hive.publisher().publish(seen).await
    }

    async fn seen(&self) -> Result<u64> {
        while self.hive.statistics().processed == 0 {
            tokio::task::yield_now().await;
        }
        Ok(self.hive.statistics().processed)
    }
}

#[tokio::test(start_paused = true)]
async fn two_hives_in_one_process_do_not_see_each_other() -> Result<()> {
    // The same actor, from the same declaration, in both; even the name is the same.
    let (one, other) = (Garden::new("garden").await?, Garden::new("garden").await?);
    one.see("rose").await?;
    other.see("clover").await?;
    assert_eq!((one.seen().await?, other.seen().await?), (1, 1));
    for (garden, here, elsewhere) in [(one, "rose", "clover"), (other, "clover", "rose")] {
        let bees = garden.stores.counter()?;
        assert_eq!(bees.value(here).await?, 1);
        assert_eq!(bees.value(elsewhere).await?, 0);
        assert!(garden.hive.drain().await.is_clean());
    }
    Ok(())
}
