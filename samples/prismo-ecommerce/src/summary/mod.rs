//! How a run ended.

mod digest;
mod table;

pub use self::digest::digest;

use std::{collections::BTreeMap, process::ExitCode, time::Duration};

use serde::{Serialize, Serializer};

use crate::{
    audit::OrderFacts,
    domain::{CancelReason, OrderId, Status},
};

/// The figures of a run, in the order in which they are printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Orders placed.
    pub orders: usize,
    /// Of these, shipped.
    pub shipped: usize,
    /// Of these, cancelled.
    pub cancelled: usize,
    /// Of the cancelled, those whose payment was declined.
    pub payment_failed: usize,
    /// Of the cancelled, those judged a fraud.
    pub fraud: usize,
    /// Orders that had to wait for the supplier.
    pub backordered: usize,
    /// Orders whose charge was paid back.
    pub refunded: usize,
    /// Confirmations mailed.
    pub emails: usize,
    /// Events processed to the end.
    pub events_processed: u64,
    /// Events that were delivered again.
    pub redelivered: u64,
    /// Events given up.
    pub dead_lettered: u64,
    /// How long the run took.
    #[serde(rename = "elapsed_seconds", serialize_with = "seconds")]
    pub elapsed: Duration,
    /// What is wrong, one sentence each.
    pub violations: Vec<String>,
    /// The [`digest()`] of how the orders ended.
    pub digest: String,
}

/// What went over the queues during a run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Traffic {
    /// Events processed to the end.
    pub events_processed: u64,
    /// Events that were delivered again.
    pub redelivered: u64,
    /// Events given up.
    pub dead_lettered: u64,
}

impl Summary {
    /// The summary of a run of so many orders that took `elapsed` and was audited.
    ///
    /// The number of orders comes from whoever placed them, so that one nobody knows of any more
    /// counts as not settled.
    pub fn new(
        orders: usize,
        facts: &BTreeMap<OrderId, OrderFacts>,
        traffic: Traffic,
        elapsed: Duration,
        violations: Vec<String>,
    ) -> Self {
        let count = |is: fn(&OrderFacts) -> bool| facts.values().filter(|facts| is(facts)).count();
        Self {
            orders,
            shipped: count(|facts| facts.status == Status::Shipped),
            cancelled: count(|facts| matches!(facts.status, Status::Cancelled(_))),
            payment_failed: count(|facts| {
                facts.status == Status::Cancelled(CancelReason::PaymentFailed)
            }),
            fraud: count(|facts| facts.status == Status::Cancelled(CancelReason::Fraud)),
            backordered: count(|facts| facts.parked_items > 0),
            refunded: count(|facts| facts.refunds > 0),
            emails: facts.values().map(|facts| facts.emails).sum(),
            events_processed: traffic.events_processed,
            redelivered: traffic.redelivered,
            dead_lettered: traffic.dead_lettered,
            elapsed,
            violations,
            digest: digest(facts),
        }
    }

    /// Orders that are neither shipped nor cancelled.
    pub fn unsettled(&self) -> usize {
        self.orders.saturating_sub(self.shipped + self.cancelled)
    }

    /// Success exactly when every order is settled and nothing is wrong.
    pub fn exit_code(&self) -> ExitCode {
        if self.unsettled() == 0 && self.violations.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// The summary as one line of JSON, for programs.
    ///
    /// # Errors
    /// None that can happen: all figures have a form in JSON.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// The summary as a table that ends with the verdict on the run, for people.
    pub fn to_table(&self) -> String {
        table::render(self)
    }
}

fn seconds<S: Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // Whole milliseconds: nobody reads further, and the line stays short.
    let millis = Duration::from_millis(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    serializer.serialize_f64(millis.as_secs_f64())
}

#[cfg(test)]
mod tests;
