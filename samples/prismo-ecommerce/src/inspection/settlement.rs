//! When an order is over.

use beehive_core::page::PageRequest;

use super::Inspector;
use crate::{
    domain::{CancelReason, OrderId, Status},
    error::Error,
    outside::{Charge, Email, LedgerExt, Refund},
    state::OrderRecord,
};

/// How many orders are read at once.
const PAGE: usize = 1_000;

/// How far an order is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Settlement {
    /// Something is still to be done about it.
    Open,
    /// It is shipped, and the customer knows.
    Shipped,
    /// It is cancelled, and all that was taken is given back: the money and the goods.
    Cancelled,
}

impl Inspector {
    /// The orders from one to another that are shipped or cancelled.
    ///
    /// # Errors
    /// When something cannot be read.
    pub async fn ended(&self, first: OrderId, last: OrderId) -> Result<Vec<OrderRecord>, Error> {
        let (mut ended, mut page) = (Vec::new(), PageRequest::first(PAGE));
        loop {
            let found = self.orders.between(first, last, &page).await?;
            let records = found.items.into_iter();
            ended.extend(records.filter(|record| record.status != Status::Placed));
            match found.next {
                Some(next) => page = page.starting_at(next),
                None => return Ok(ended),
            }
        }
    }

    /// How far an order is.
    ///
    /// # Errors
    /// When something cannot be read.
    pub async fn settlement(&self, record: &OrderRecord) -> Result<Settlement, Error> {
        let order = record.order.id;
        let settled = match record.status {
            Status::Placed => None,
            Status::Shipped => self.is_mailed(order).await?.then_some(Settlement::Shipped),
            Status::Cancelled(reason) => {
                let is_released = record.released || reason == CancelReason::PaymentFailed;
                let is_over = is_released && self.is_paid_back(order).await?;
                is_over.then_some(Settlement::Cancelled)
            }
        };
        Ok(settled.unwrap_or(Settlement::Open))
    }

    async fn is_mailed(&self, order: OrderId) -> Result<bool, Error> {
        let email = self.ledger.find::<Email>(&order.to_string()).await?;
        Ok(email.is_some())
    }

    async fn is_paid_back(&self, order: OrderId) -> Result<bool, Error> {
        let key = order.to_string();
        let is_charged = self.ledger.find::<Charge>(&key).await?.is_some();
        Ok(!is_charged || self.ledger.find::<Refund>(&key).await?.is_some())
    }
}
