//! The entity that all orders change.

use std::collections::BTreeSet;

use beehive_core::prelude::*;

/// What all orders change.
#[derive(Debug, Serialize, Deserialize)]
pub(in super::super) struct Ledger {
    id: String,
    pub(in super::super) orders: BTreeSet<String>,
}

impl Ledger {
    /// The id of the only one.
    pub(in super::super) const ID: &str = "all";

    /// With no order in it.
    pub(super) fn empty() -> Self {
        Self {
            id: Self::ID.into(),
            orders: BTreeSet::new(),
        }
    }
}

impl Entity for Ledger {
    const COLLECTION: &'static str = "ledgers";

    fn id(&self) -> &str {
        &self.id
    }
}
