//! Changing one entity from many sides, on a paused clock.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::*;
use crate::store::StoreCapabilities;
use crate::store::memory::MemoryCollection;

#[derive(Debug, Serialize, Deserialize)]
struct Tally {
    id: String,
    count: u32,
}

impl Entity for Tally {
    const COLLECTION: &'static str = "tallies";

    fn id(&self) -> &str {
        &self.id
    }
}

fn tally(id: &str) -> Tally {
    Tally {
        id: id.into(),
        count: 0,
    }
}

/// A store whose reads and writes let others in between.
#[derive(Debug, Default)]
struct Yielding(MemoryCollection);

#[async_trait]
impl CollectionStore for Yielding {
    fn capabilities(&self) -> &StoreCapabilities {
        self.0.capabilities()
    }

    async fn put(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        precondition: &Precondition,
    ) -> Result<Etag> {
        tokio::task::yield_now().await;
        self.0.put(collection, id, data, precondition).await
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        tokio::task::yield_now().await;
        self.0.get(collection, id).await
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
        self.0.delete(collection, id, precondition).await
    }

    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        self.0.range(collection, range, page).await
    }
}

const WRITERS: u32 = 50;

#[tokio::test(start_paused = true)]
async fn as_many_updates_at_once_as_there_are_increments() {
    let tallies = Collection::<Tally>::new(Arc::new(Yielding::default()));
    tallies.insert(&tally("a")).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let tallies = tallies.clone();
        writers.spawn(async move { tallies.update("a", |tally| tally.count += 1).await });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap().unwrap();
    }
    assert_eq!(tallies.require("a").await.unwrap().count, WRITERS);
}

#[tokio::test(start_paused = true)]
async fn whichever_upsert_comes_first_none_is_lost() {
    let tallies = Collection::<Tally>::new(Arc::new(Yielding::default()));
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let tallies = tallies.clone();
        writers.spawn(async move {
            let increment = |tally: &mut Tally| tally.count += 1;
            tallies.upsert("a", || tally("a"), increment).await
        });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap().unwrap();
    }
    assert_eq!(tallies.require("a").await.unwrap().count, WRITERS);
}

#[tokio::test]
async fn an_entity_is_not_written_under_the_id_of_another() {
    let tallies = Collection::<Tally>::new(Arc::new(MemoryCollection::default()));
    let error = tallies
        .upsert("a", || tally("b"), |_| ())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(tallies.get("b").await.unwrap().is_none());
}
