//! The customers' side: places orders and waits until all of them are over.

mod patience;
mod pending;

use std::time::Duration;

use beehive_core::{
    event::EventId,
    hive::Publisher,
    prelude::{Event, Stores},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::{Instant, sleep};
use tracing::debug;

pub use self::patience::patiently;
use self::pending::Pending;
use crate::{
    domain::{Order, OrderId, generate::Generator},
    error::Error,
    events::OrderAccepted,
    inspection::Inspector,
    progress::Tally,
    state::{Orders, RunRecord, Runs, Stock},
};

/// How many orders may be open at one time. Enough to keep all actors busy while most orders wait
/// for the supplier; few enough to ask about each again and again.
const OPEN_MAX: usize = 1_000;

/// How many orders are announced together.
const BATCH: usize = 100;

/// How many requests to the stores are on their way at one time.
const REQUESTS: usize = 16;

/// How long to wait at least before asking again how things stand. Where the answer takes longer than
/// that, as long as it took: what is asked works for the actors too.
const PERIOD: Duration = Duration::from_millis(50);

/// Places the orders of a run. Every step can be repeated, in this process or the next: a shop that
/// was cut off is simply opened again.
#[derive(Debug)]
pub struct Shop {
    run: RunRecord,
    generator: Generator,
    publisher: Publisher,
    runs: Runs,
    orders: Orders,
    stock: Stock,
    inspector: Inspector,
}

impl Shop {
    /// A shop that keeps its state in these stores and announces its orders here.
    ///
    /// # Errors
    /// When a store is missing.
    pub fn new(run: RunRecord, publisher: Publisher, stores: &Stores) -> Result<Self, Error> {
        Ok(Self {
            generator: run.generator(),
            run,
            publisher,
            runs: Runs::of(stores)?,
            orders: Orders::of(stores)?,
            stock: Stock::of(stores)?,
            inspector: Inspector::of(stores)?,
        })
    }

    /// Places all orders, a bounded number open at a time, and returns when each of them is over and
    /// nothing is on its way from the supplier. Tells now and then how far it is.
    ///
    /// # Errors
    /// When the backend fails for good; while it cannot be reached, this waits.
    ///
    /// # Cancel safety
    /// Dropping the future stops placing; orders placed until then go on.
    pub async fn trade(&self, tell: impl Fn(Tally) + Send + Sync) -> Result<(), Error> {
        self.open().await?;
        let (mut pending, mut placed) = (Pending::default(), 0);
        loop {
            while placed < self.run.orders && pending.len() + BATCH <= OPEN_MAX {
                let batch = self.batch(placed);
                patiently(|| self.place(&batch)).await?;
                placed += u32::try_from(batch.len()).unwrap_or(u32::MAX);
                debug!(target: "prismo::shop", placed, "confirmed");
                pending.extend(batch.iter().map(|order| order.id));
                tell(pending.tally());
            }
            let asked = Instant::now();
            pending.ask(&self.inspector).await?;
            let pause = asked.elapsed().max(PERIOD);
            tell(pending.tally());
            let settled = pending.tally().settled();
            debug!(target: "prismo::shop", settled, "over");
            if pending.len() == 0 && placed >= self.run.orders {
                return self.wait_for_deliveries().await;
            }
            sleep(pause).await;
        }
    }

    /// Puts the goods on the shelves.
    async fn open(&self) -> Result<(), Error> {
        patiently(async || Ok(self.runs.begin(&self.run).await?)).await?;
        patiently(async || {
            stream::iter(self.generator.catalogue().products())
                .map(|product| self.stock.open(product.id, product.initial_stock))
                .buffer_unordered(REQUESTS)
                .try_collect()
                .await
                .map_err(Error::from)
        })
        .await
    }

    fn batch(&self, placed: u32) -> Vec<Order> {
        (placed + 1..=self.run.orders)
            .take(BATCH)
            .map(|place| self.generator.order(place))
            .collect()
    }

    /// Orders are noted first, then announced: whoever hears of one finds it.
    async fn place(&self, orders: &[Order]) -> Result<(), Error> {
        let events = orders.iter().map(|order| accepted(order.id));
        let events: Vec<Event> = events.collect::<Result<_, _>>()?;
        stream::iter(orders.to_vec())
            .map(|order| self.orders.place(order))
            .buffer_unordered(REQUESTS)
            .try_collect::<()>()
            .await?;
        Ok(self.publisher.publish_all(&events).await?)
    }

    /// Goods that were bought for an order may arrive after others had served it.
    async fn wait_for_deliveries(&self) -> Result<(), Error> {
        let catalogue = self.generator.catalogue();
        loop {
            let (_, are_at_rest) = patiently(|| self.inspector.stock(catalogue)).await?;
            if are_at_rest {
                return Ok(());
            }
            sleep(PERIOD).await;
        }
    }
}

/// The event that an order was accepted: the same one, however often it is announced.
fn accepted(order: OrderId) -> Result<Event, Error> {
    let id = EventId::parse(&format!("accepted/{order}"))?;
    Ok(Event::of(&OrderAccepted { order })?.with_id(id))
}
