//! The orders that are not over yet.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{REQUESTS, patience::patiently};
use crate::{
    domain::OrderId,
    error::Error,
    inspection::{Inspector, Settlement},
    progress::Tally,
};

/// Asks about open orders only, so that a run of many orders costs no more at its end than at its
/// beginning.
#[derive(Debug, Default)]
pub(super) struct Pending {
    open: BTreeSet<OrderId>,
    tally: Tally,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    pub(super) fn extend(&mut self, placed: impl IntoIterator<Item = OrderId>) {
        for order in placed {
            self.open.insert(order);
            self.tally.placed += 1;
        }
    }

    /// Finds out which of them are over.
    pub(super) async fn ask(&mut self, inspector: &Inspector) -> Result<(), Error> {
        let mut answers = stream::iter(self.open.clone())
            .map(async |order| {
                let settlement = patiently(|| inspector.settlement(order)).await?;
                Ok::<_, Error>((order, settlement))
            })
            .buffer_unordered(REQUESTS);
        while let Some((order, settlement)) = answers.try_next().await? {
            match settlement {
                Settlement::Open => continue,
                Settlement::Shipped => self.tally.shipped += 1,
                Settlement::Cancelled => self.tally.cancelled += 1,
            }
            self.open.remove(&order);
        }
        Ok(())
    }
}
