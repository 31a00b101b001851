//! What every peer is told on its command line, and what it tells at its end.
//!
//! A peer takes so many events from one queue, publishes one that follows from each to the other,
//! and settles it. When all are done it prints one line of JSON and ends. Whether they really are
//! is checked by the benchmark, from the outside.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// Whatever goes wrong ends the program.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Hop {
    pub url: String,
    pub source: String,
    pub target: String,
    pub in_flight: u16,
    pub events: u64,
}

impl Hop {
    /// `URL SOURCE TARGET IN_FLIGHT EVENTS`
    pub fn from_arguments() -> Result<Self, Error> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let [url, source, target, in_flight, events] = &arguments[..] else {
            return Err(
                "give a URL, two queues, how many are in flight, and how many events".into(),
            );
        };
        Ok(Self {
            url: url.clone(),
            source: source.clone(),
            target: target.clone(),
            in_flight: in_flight.parse()?,
            events: events.parse()?,
        })
    }
}

/// The event, as the benchmark makes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub number: u64,
    pub hops: u64,
    customer: String,
    items: Vec<Item>,
    total: u64,
    note: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Item {
    product: String,
    quantity: u32,
    price: u32,
}

impl Order {
    /// What a step of the process makes of it.
    #[must_use]
    pub fn processed(mut self) -> Self {
        self.hops += 1;
        self
    }
}

/// Counts events, and measures from the first to the last.
#[derive(Debug)]
pub struct Watch {
    events: u64,
    done: AtomicU64,
    first: OnceLock<(Instant, Duration)>,
    last: OnceLock<(Instant, Duration)>,
    finished: Notify,
}

impl Watch {
    /// For so many events.
    #[must_use]
    pub fn new(events: u64) -> Self {
        Self {
            events,
            done: AtomicU64::new(0),
            first: OnceLock::new(),
            last: OnceLock::new(),
            finished: Notify::new(),
        }
    }

    /// An event has come.
    pub fn arrive(&self) {
        self.first
            .get_or_init(|| (Instant::now(), processor_time()));
    }

    /// An event is done.
    pub fn finish(&self) {
        if 1 + self.done.fetch_add(1, Ordering::AcqRel) == self.events {
            self.last.get_or_init(|| (Instant::now(), processor_time()));
            self.finished.notify_one();
        }
    }

    /// Waits for the last event, and tells what all of them took.
    pub async fn tell(&self) -> Result<(), Error> {
        // A framework may settle an event after its handler has ended.
        const SETTLING: Duration = Duration::from_millis(300);
        self.finished.notified().await;
        sleep(SETTLING).await;
        let ((from, used_before), (to, used)) = self
            .first
            .get()
            .zip(self.last.get())
            .ok_or("nothing was measured")?;
        let told = serde_json::json!({
            "elapsed_seconds": (*to - *from).as_secs_f64(),
            "own_seconds": (*used - *used_before).as_secs_f64(),
        });
        println!("{told}");
        Ok(())
    }
}

/// User and system time of this process, which the kernel counts in hundredths of a second.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    Duration::from_millis(10 * ticks)
}

/// Publishing by hand, for frameworks that do not wait for a confirmation themselves.
#[derive(Clone, Debug)]
pub struct Confirmed {
    channel: lapin::Channel,
    target: lapin::types::ShortString,
}

impl Confirmed {
    /// Opens a connection for it.
    pub async fn open(hop: &Hop) -> Result<Self, Error> {
        let properties = lapin::ConnectionProperties::default();
        let connection = lapin::Connection::connect(&hop.url, properties).await?;
        let channel = connection.create_channel().await?;
        let options = lapin::options::ConfirmSelectOptions::default();
        channel.confirm_select(options).await?;
        // It lives as long as the process.
        std::mem::forget(connection);
        Ok(Self {
            channel,
            target: (&*hop.target).into(),
        })
    }

    /// Publishes a persistent, mandatory message, and waits until it is confirmed.
    pub async fn publish(&self, order: &Order) -> Result<(), Error> {
        let options = lapin::options::BasicPublishOptions {
            mandatory: true,
            ..Default::default()
        };
        let properties = lapin::BasicProperties::default()
            .with_delivery_mode(2)
            .with_content_type("application/json".into())
            .with_message_id(order.number.to_string().into());
        let body = serde_json::to_vec(order)?;
        let published =
            self.channel
                .basic_publish("".into(), self.target.clone(), options, &body, properties);
        match published.await?.await? {
            lapin::Confirmation::Ack(None) => Ok(()),
            other => Err(format!("not confirmed: {other:?}").into()),
        }
    }
}
