//! The typed handle on a collection.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::page::{Page, PageRequest};
use crate::recovery::Backoff;
use crate::store::{CollectionStore, Document, Entity, Etag, Precondition, Range};

/// An entity with its version. Reads like the entity itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The entity.
    pub entity: T,
    /// Its version.
    pub etag: Etag,
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.entity
    }
}

/// A handle on the collection of one type of entity, for the field of an actor.
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[derive(Serialize, Deserialize)]
/// struct Order {
///     id: String,
///     total: u64,
/// }
///
/// impl Entity for Order {
///     const COLLECTION: &'static str = "orders";
///     fn id(&self) -> &str {
///         &self.id
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let orders: Collection<Order> = Stores::memory().collection()?;
/// orders.insert(&Order { id: "4711".into(), total: 42 }).await?;
/// orders.update("4711", |order| order.total += 1).await?;
/// assert_eq!(orders.require("4711").await?.total, 43);
/// # Ok(())
/// # }
/// ```
pub struct Collection<T> {
    store: Arc<dyn CollectionStore>,
    entity: PhantomData<fn() -> T>,
}

/// How often a lost race is run again before it is an error: with full jitter, enough for dozens
/// of writers of one entity.
const RACES_MAX: u32 = 32;

impl<T: Entity> Collection<T> {
    /// A handle on the entity's collection in this store.
    pub fn new(store: Arc<dyn CollectionStore>) -> Self {
        Self {
            store,
            entity: PhantomData,
        }
    }

    /// The store itself.
    pub fn store(&self) -> &dyn CollectionStore {
        &*self.store
    }

    /// Reads an entity; `None` if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if what is stored is not such an entity.
    pub async fn get(&self, id: &str) -> Result<Option<Versioned<T>>> {
        let document = self.store.get(T::COLLECTION, id).await?;
        document.map(read).transpose()
    }

    /// Reads an entity that must be there.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if it is not.
    pub async fn require(&self, id: &str) -> Result<Versioned<T>> {
        self.get(id)
            .await?
            .ok_or_else(|| self.error(ErrorKind::NotFound, "there is no such entity", id))
    }

    /// Writes an entity that must be new.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] if it is not.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open whether it was written; so do all writes.
    pub async fn insert(&self, entity: &T) -> Result<Etag> {
        self.write(entity, &Precondition::Absent).await
    }

    /// Writes an entity over the version that was read.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if it was changed or deleted meanwhile.
    pub async fn replace(&self, entity: &T, etag: Etag) -> Result<Etag> {
        self.write(entity, &Precondition::Match(etag)).await
    }

    /// Writes an entity whatever is there.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn put(&self, entity: &T) -> Result<Etag> {
        self.write(entity, &Precondition::None).await
    }

    /// Reads an entity, changes it, and writes it over what was read; runs again when it lost a
    /// race. `change` may run several times.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such entity, [`ErrorKind::Conflict`] if it lost more
    /// races than is plausible.
    pub async fn update<F>(&self, id: &str, mut change: F) -> Result<Versioned<T>>
    where
        F: FnMut(&mut T) + Send,
    {
        for race in 1..=RACES_MAX {
            let mut found = self.require(id).await?;
            change(&mut found.entity);
            let written = self.replace(&found.entity, found.etag).await;
            if let Some(etag) = settle(race, written).await? {
                return Ok(Versioned {
                    entity: found.entity,
                    etag,
                });
            }
        }
        Err(self.too_many_races(id))
    }

    /// Like [`update`](Self::update), but starts from what `new` makes where there is no such
    /// entity. For what several branches write to, and none is known to come first.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if it lost more races than is plausible; [`ErrorKind::Invalid`] if
    /// `new` makes an entity of another id.
    pub async fn upsert<N, F>(&self, id: &str, mut new: N, mut change: F) -> Result<Versioned<T>>
    where
        N: FnMut() -> T + Send,
        F: FnMut(&mut T) + Send,
    {
        for race in 1..=RACES_MAX {
            let (mut entity, precondition) = match self.get(id).await? {
                Some(found) => (found.entity, Precondition::Match(found.etag)),
                None => (new(), Precondition::Absent),
            };
            change(&mut entity);
            if entity.id() != id {
                return Err(self.error(ErrorKind::Invalid, "the entity has another id", id));
            }
            let written = self.write(&entity, &precondition).await;
            if let Some(etag) = settle(race, written).await? {
                return Ok(Versioned { entity, etag });
            }
        }
        Err(self.too_many_races(id))
    }

    /// Deletes an entity.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if the precondition does not hold.
    pub async fn delete(&self, id: &str, precondition: &Precondition) -> Result<()> {
        self.store.delete(T::COLLECTION, id, precondition).await
    }

    /// A page of the entities in a range, in order of their ids.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if something stored is not such an entity.
    pub async fn range(&self, range: &Range, page: &PageRequest) -> Result<Page<Versioned<T>>> {
        let page = self.store.range(T::COLLECTION, range, page).await?;
        Ok(Page {
            items: page.items.into_iter().map(read).collect::<Result<_>>()?,
            next: page.next,
        })
    }

    async fn write(&self, entity: &T, precondition: &Precondition) -> Result<Etag> {
        let id = entity.id();
        let data = serde_json::to_vec(entity).map_err(|error| {
            self.error(ErrorKind::Invalid, "the entity does not serialise", id)
                .with_source(error)
        })?;
        self.store
            .put(T::COLLECTION, id, data.into(), precondition)
            .await
    }

    fn too_many_races(&self, id: &str) -> Error {
        self.error(ErrorKind::Conflict, "lost too many races in a row", id)
            .temporary()
    }

    #[expect(clippy::unused_self, reason = "reads better at the call")]
    fn error(&self, kind: ErrorKind, message: &'static str, id: &str) -> Error {
        Error::new(kind, message)
            .with_context("collection", T::COLLECTION)
            .with_context("id", id)
    }
}

/// What comes of a conditional write: its version, or `None` after a pause if it lost the race.
async fn settle(race: u32, written: Result<Etag>) -> Result<Option<Etag>> {
    match written {
        Ok(etag) => Ok(Some(etag)),
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::AlreadyExists) => {
            let backoff = Backoff::new(Duration::from_millis(2), Duration::from_millis(200));
            tokio::time::sleep(backoff.jittered(race)).await;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn read<T: Entity>(document: Document) -> Result<Versioned<T>> {
    let entity = serde_json::from_slice(&document.data).map_err(|error| {
        Error::new(ErrorKind::Invalid, "what is stored is not such an entity")
            .with_operation("read entity")
            .with_context("collection", T::COLLECTION)
            .with_context("id", &document.id)
            .with_source(error)
    })?;
    Ok(Versioned {
        entity,
        etag: document.etag,
    })
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            entity: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Collection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection")
            .field("entity", &std::any::type_name::<T>())
            .field("store", &self.store)
            .finish()
    }
}

#[cfg(test)]
mod tests;
