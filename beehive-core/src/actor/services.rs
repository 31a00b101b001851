//! Services: what the fields of actors are filled from.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::store::{Collection, Counter, Entity, KeyList, KeyValue, Lock, Stores};

/// What a hive gives to its actors: its stores, and whatever it was told by type.
///
/// ```
/// use std::sync::Arc;
/// use beehive_core::actor::Services;
///
/// trait Gateway: Send + Sync {}
/// struct Bank;
/// impl Gateway for Bank {}
///
/// let services = Services::default().with::<Arc<dyn Gateway>>(Arc::new(Bank));
/// assert!(services.get::<Arc<dyn Gateway>>().is_some());
/// assert!(services.get::<Arc<Bank>>().is_none());
/// ```
#[derive(Clone, Default)]
pub struct Services {
    by_type: HashMap<TypeId, (&'static str, Arc<dyn Any + Send + Sync>)>,
    stores: Stores,
}

impl Services {
    /// Gives these stores.
    #[must_use]
    pub fn with_stores(mut self, stores: Stores) -> Self {
        self.stores = stores;
        self
    }

    /// Gives a value by its type; of two of one type, the later.
    #[must_use]
    pub fn with<T: Clone + Send + Sync + 'static>(mut self, service: T) -> Self {
        self.by_type
            .insert(TypeId::of::<T>(), (type_name::<T>(), Arc::new(service)));
        self
    }

    /// A copy of the value of a type.
    pub fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        let (_, service) = self.by_type.get(&TypeId::of::<T>())?;
        service.downcast_ref::<T>().cloned()
    }

    /// The stores.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }
}

impl fmt::Debug for Services {
    /// Names the types only: the values may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self.by_type.values().map(|(name, _)| *name).collect();
        names.sort_unstable();
        f.debug_struct("Services")
            .field("by_type", &names)
            .field("stores", &self.stores)
            .finish()
    }
}

/// What the field of an actor can be filled with.
///
/// Store handles come from the hive's stores, `Arc<T>` (of a trait object, too) from the services it
/// was given. Implement it for a type of your own to take it from elsewhere, such as
/// configuration.
#[diagnostic::on_unimplemented(
    message = "an actor's field of type `{Self}` cannot be filled by the hive",
    note = "use a store handle (`Collection<T>`, `KeyValue`, `KeyList`, `Counter`, `Lock`), an `Arc<T>` or `Arc<dyn Trait>` given with `HiveBuilder::service`, or implement `Service` for `{Self}`",
    note = "many events share an actor, so what it keeps is `Send + Sync`: write `trait Gateway: Send + Sync`"
)]
pub trait Service: Sized + Send + Sync + 'static {
    /// Takes it from the services.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], saying what to give to the hive.
    fn resolve(services: &Services) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Send + Sync + 'static> Service for Arc<T> {
    fn resolve(services: &Services) -> Result<Self> {
        services.get::<Self>().ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "the hive has no such service; give one with `HiveBuilder::service`",
            )
            .with_context("type", type_name::<Self>())
        })
    }
}

impl<T: Entity> Service for Collection<T> {
    fn resolve(services: &Services) -> Result<Self> {
        services.stores.collection()
    }
}

impl Service for KeyValue {
    fn resolve(services: &Services) -> Result<Self> {
        services.stores.key_value()
    }
}

impl Service for KeyList {
    fn resolve(services: &Services) -> Result<Self> {
        services.stores.key_list()
    }
}

impl Service for Counter {
    fn resolve(services: &Services) -> Result<Self> {
        services.stores.counter()
    }
}

impl Service for Lock {
    fn resolve(services: &Services) -> Result<Self> {
        services.stores.lock()
    }
}

/// A field of an actor that could not be filled.
#[derive(Debug)]
pub struct Missing {
    /// The field.
    pub field: &'static str,
    /// Its type.
    pub type_name: &'static str,
    /// Why, and what to do.
    pub error: Error,
}

/// Fills the fields of one actor and notes all that cannot be filled.
#[derive(Debug)]
pub struct Resolver<'a> {
    services: &'a Services,
    missing: Vec<Missing>,
}

impl<'a> Resolver<'a> {
    /// Fills from these services.
    #[must_use]
    pub fn new(services: &'a Services) -> Self {
        Self {
            services,
            missing: Vec::new(),
        }
    }

    /// The value for a field; `None`, and noted, if there is none. Ask for every field before you
    /// give up, so that all that is missing is reported together.
    pub fn field<T: Service>(&mut self, name: &'static str) -> Option<T> {
        match T::resolve(self.services) {
            Ok(service) => Some(service),
            Err(error) => {
                self.missing.push(Missing {
                    field: name,
                    type_name: type_name::<T>(),
                    error,
                });
                None
            }
        }
    }

    /// What could not be filled.
    pub fn into_missing(self) -> Vec<Missing> {
        self.missing
    }
}
