//! An event that was taken, and what follows from it.

use lapin::Channel;
use lapin::Confirmation;
use lapin::message::Delivery;
use lapin::types::DeliveryTag;

use super::publish::{Told, check, outcome, poll, publish};
use crate::Result;
use crate::rabbit::order::Order;

/// An event that is not settled yet.
pub(super) struct Taken {
    pub(super) tag: DeliveryTag,
    follow_ups: Vec<Told<Confirmation>>,
}

impl Taken {
    /// Processes an event, and publishes what follows from it.
    pub(super) fn process(
        delivery: &Delivery,
        copies: u16,
        target: &str,
        channel: &Channel,
        mut seen: impl FnMut(u64),
    ) -> Result<Self> {
        let order: Order = serde_json::from_slice(&delivery.data)?;
        seen(order.number);
        let order = order.processed();
        let mut follow_ups = Vec::with_capacity(copies.into());
        for copy in 0..copies {
            let id = format!("{}-{copy}", order.number);
            follow_ups.push(publish(channel, target, order.json()?, id));
        }
        Ok(Self {
            tag: delivery.delivery_tag,
            follow_ups,
        })
    }

    /// Whether all that follows has been confirmed by now.
    ///
    /// # Errors
    /// If something was not, and never will be.
    pub(super) fn is_confirmed(&mut self) -> Result<bool> {
        let mut all = true;
        for follow_up in &mut self.follow_ups {
            if poll(follow_up) {
                if let Some(result) = outcome(follow_up) {
                    check(result)?;
                }
            } else {
                all = false;
            }
        }
        Ok(all)
    }

    /// Waits until something that was not confirmed is; not at all if there is nothing.
    pub(super) async fn more_confirmed(&mut self) {
        let unconfirmed = |told: &&mut Told<Confirmation>| !matches!(told, Told::Done(_));
        if let Some(follow_up) = self.follow_ups.iter_mut().find(unconfirmed) {
            follow_up.await;
        }
    }
}
