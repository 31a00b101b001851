//! All stores of a process, among faults.

use std::sync::Arc;

use super::injector::Injector;
use super::{collection, counter, inbox, key_list, key_value, lock};
use crate::store::Stores;

/// Puts every store that is there among faults; `injector` makes the dice of a wrapper by its name.
pub(super) fn faulty(stores: &Stores, injector: impl Fn(&str) -> Arc<Injector>) -> Stores {
    let mut faulty = Stores::none();
    if let Some(inner) = stores.key_value_store() {
        let injector = injector("key-value");
        faulty = faulty.with_key_value(key_value::Faulty { inner, injector });
    }
    if let Some(inner) = stores.key_list_store() {
        let injector = injector("key-list");
        faulty = faulty.with_key_list(key_list::Faulty { inner, injector });
    }
    if let Some(inner) = stores.collection_store() {
        let injector = injector("collection");
        faulty = faulty.with_collection(collection::Faulty { inner, injector });
    }
    if let Some(inner) = stores.counter_store() {
        let injector = injector("counter");
        faulty = faulty.with_counter(counter::Faulty { inner, injector });
    }
    if let Some(inner) = stores.lock_store() {
        let injector = injector("lock");
        faulty = faulty.with_lock(lock::Faulty { inner, injector });
    }
    if let Some(inner) = stores.inbox() {
        let injector = injector("inbox");
        faulty = faulty.with_inbox(inbox::Faulty { inner, injector });
    }
    faulty
}
