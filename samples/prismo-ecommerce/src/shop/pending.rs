//! The orders that are not over yet.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _, future::ready, stream};

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

    /// Finds out which of them are over. The orders are read in pages; more is asked only about those
    /// that have ended.
    pub(super) async fn ask(&mut self, inspector: &Inspector) -> Result<(), Error> {
        let (Some(&first), Some(&last)) = (self.open.first(), self.open.last()) else {
            return Ok(());
        };
        let ended = patiently(|| inspector.ended(first, last)).await?;
        let answers = stream::iter(ended)
            .filter(|record| ready(self.open.contains(&record.order.id)))
            .map(async |record| {
                let settlement = patiently(|| inspector.settlement(&record)).await?;
                Ok::<_, Error>((record.order.id, settlement))
            })
            .buffer_unordered(REQUESTS)
            .try_collect::<Vec<_>>()
            .await?;
        for (order, settlement) in answers {
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
