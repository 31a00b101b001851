//! The loop that one would write by hand, on the driver alone.

use std::collections::VecDeque;

use futures_util::{FutureExt as _, StreamExt as _};
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicGetOptions, BasicQosOptions, ConfirmSelectOptions,
};
use lapin::types::{DeliveryTag, FieldTable};
use lapin::{Channel, Consumer};
use tokio::select;

use super::publish::{Told, done, outcome, poll, tell};
use super::taken::Taken;
use crate::Result;
use crate::machine::Used;
use crate::rabbit::broker::Broker;
use crate::rabbit::hop::Hop;
use crate::rabbit::queues::connect;

/// How events are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rabbit) enum Settling {
    /// Each on its own.
    Single,
    /// A run of events that are done, all at one time.
    Runs,
    /// So as well, while the next ones already lie here, which other processes might have taken: a
    /// weaker promise than that of the others.
    RunsAhead,
}

/// Over how many connections the loop works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rabbit) enum Connections {
    /// One for all: while the broker blocks it because its memory is short, nothing can be settled
    /// either.
    One,
    /// One to consume and one to publish, as we have it.
    Two,
}

/// A hop by hand.
#[derive(Clone, Copy, Debug)]
pub(in crate::rabbit) struct Bare<'a> {
    pub(in crate::rabbit) broker: &'a Broker,
    pub(in crate::rabbit) hop: Hop,
    pub(in crate::rabbit) settling: Settling,
    pub(in crate::rabbit) connections: Connections,
    pub(in crate::rabbit) source: &'a str,
    pub(in crate::rabbit) target: &'a str,
}

/// What the loop works with. All events are processed where they are taken, in order, because
/// processing does not wait for anything here.
struct Parts<'a> {
    bare: Bare<'a>,
    consumer: Consumer,
    channel: Channel,
    publishing: Channel,
    /// In the order in which they came.
    taken: VecDeque<Taken>,
    settled: VecDeque<Told<()>>,
}

impl Bare<'_> {
    /// Sees all events through, and tells what was used from the first one on.
    pub(in crate::rabbit) async fn run(self, mut seen: impl FnMut(u64)) -> Result<Used> {
        let connection = connect(self.broker.url()).await?;
        let channel = connection.create_channel().await?;
        let other = match self.connections {
            Connections::One => None,
            Connections::Two => Some(connect(self.broker.url()).await?),
        };
        let publishing = other.as_ref().unwrap_or(&connection);
        let publishing = publishing.create_channel().await?;
        let confirms = ConfirmSelectOptions::default();
        publishing.confirm_select(confirms).await?;
        let qos = BasicQosOptions::default();
        channel.basic_qos(self.prefetch(), qos).await?;
        let consume = channel.basic_consume(
            self.source.into(),
            "bench".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        let mut parts = Parts {
            bare: self,
            consumer: consume.await?,
            channel,
            publishing,
            taken: VecDeque::new(),
            settled: VecDeque::new(),
        };
        let first = parts.consumer.next().await;
        let before = self.broker.usage()?;
        parts.process(first, &mut seen)?;
        let mut left = self.hop.events;
        while left > 0 {
            left -= parts.settle()?;
            parts.take(&mut seen)?;
            if left > 0 {
                parts.wait(&mut seen).await?;
            }
        }
        for settled in parts.settled.drain(..) {
            done(settled).await??;
        }
        let used = before.until_now()?;
        parts.flush().await?;
        connection.close(200, "done".into()).await?;
        if let Some(other) = other {
            other.close(200, "done".into()).await?;
        }
        Ok(used)
    }

    fn prefetch(self) -> u16 {
        const NEXT: u16 = 64;
        match self.settling {
            Settling::Single | Settling::Runs => self.hop.in_flight,
            Settling::RunsAhead => self.hop.in_flight.saturating_add(NEXT),
        }
    }
}

impl Parts<'_> {
    /// Settles what is confirmed, and tells how many that were.
    fn settle(&mut self) -> Result<u64> {
        let mut ready = Vec::new();
        while let Some(first) = self.taken.front_mut()
            && first.is_confirmed()?
        {
            ready.push(first.tag);
            self.taken.pop_front();
        }
        let Some(last) = ready.last().copied() else {
            return Ok(0);
        };
        // The driver may attach a returned event to another one's confirmation, but to none that
        // resolves later than its own. So everything that has resolved by now must be clean.
        for taken in &mut self.taken {
            taken.is_confirmed()?;
        }
        match self.bare.settling {
            Settling::Single => {
                for tag in &ready {
                    self.tell(*tag, BasicAckOptions { multiple: false });
                }
            }
            Settling::Runs | Settling::RunsAhead => {
                self.tell(last, BasicAckOptions { multiple: true });
            }
        }
        while let Some(first) = self.settled.front_mut()
            && poll(first)
        {
            if let Some(result) = outcome(first) {
                result.clone()?;
            }
            self.settled.pop_front();
        }
        Ok(u64::try_from(ready.len())?)
    }

    /// Has the broker catch up with what it was told: a replicated queue may hold it back for a
    /// moment, and would forget it with the channel.
    async fn flush(&self) -> Result<()> {
        const TIMES: usize = 3;
        for _ in 0..TIMES {
            let options = BasicGetOptions::default();
            let source = self.bare.source.into();
            if self.channel.basic_get(source, options).await?.is_some() {
                return Err("there were more events than expected".into());
            }
        }
        Ok(())
    }

    fn tell(&mut self, tag: DeliveryTag, options: BasicAckOptions) {
        let channel = self.channel.clone();
        let told = tell(async move { channel.basic_ack(tag, options).await });
        self.settled.push_back(told);
    }

    /// Takes what has arrived, as far as there is room.
    fn take(&mut self, seen: &mut impl FnMut(u64)) -> Result<()> {
        while self.has_room() {
            let Some(delivery) = self.consumer.next().now_or_never() else {
                break;
            };
            self.process(delivery, &mut *seen)?;
        }
        Ok(())
    }

    /// Waits until the first of what was taken is confirmed or another event arrives.
    async fn wait(&mut self, seen: &mut impl FnMut(u64)) -> Result<()> {
        let has_room = self.has_room();
        let confirmed = async {
            match self.taken.front_mut() {
                Some(first) => first.more_confirmed().await,
                None => std::future::pending().await,
            }
        };
        let delivery = select! {
            biased;
            () = confirmed => return Ok(()),
            delivery = self.consumer.next(), if has_room => delivery,
        };
        self.process(delivery, seen)
    }

    fn has_room(&self) -> bool {
        self.taken.len() < usize::from(self.bare.hop.in_flight)
    }

    fn process(
        &mut self,
        delivery: Option<lapin::Result<Delivery>>,
        seen: impl FnMut(u64),
    ) -> Result<()> {
        let delivery = delivery.ok_or("the broker ended the subscription")??;
        self.taken.push_back(Taken::process(
            &delivery,
            self.bare.hop.follow_ups,
            self.bare.target,
            &self.publishing,
            seen,
        )?);
        Ok(())
    }
}
