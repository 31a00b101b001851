//! When nothing comes for long, it is asked why: a queue of which too much is leased gives out nothing
//! more, and SQS does not say so to who waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::debug;

use super::super::parts::Parts;
use super::super::topology::{Counts, QueueDesk};

/// After how long without events it is asked, and asked again.
const LONG: Duration = Duration::from_mins(5);
/// SQS gives out about 120,000 events of a queue at one time, and counts them roughly.
const LEASED_MAX: u64 = 110_000;
/// What is said of such a queue.
const FULL: &str = "events wait, and as many are leased as SQS gives out at one time, about 120,000; \
                    settle some, or let leases be shorter";

/// For how long nothing came.
#[derive(Debug, Default)]
pub(super) struct Drought(Option<Instant>);

impl Drought {
    /// An answer brought so many events; whether it is time to ask why there are none.
    pub(super) fn note(&mut self, events: usize, now: Instant) -> bool {
        if events > 0 {
            self.0 = None;
            return false;
        }
        let since = *self.0.get_or_insert(now);
        let is_long = now.duration_since(since) >= LONG;
        if is_long {
            self.0 = Some(now);
        }
        is_long
    }
}

/// Asks how much of a queue is leased, beside everything else.
pub(super) fn ask(parts: &Arc<Parts>, desk: &Arc<QueueDesk>) {
    let (parts, desk) = (Arc::clone(parts), Arc::clone(desk));
    tokio::spawn(async move {
        match parts.topology.counts(&desk.url).await {
            Ok(counts) if is_full(counts) => parts.condition.worry(&desk.queue, FULL),
            Ok(_) => parts.condition.relieve(&desk.queue),
            Err(error) => {
                debug!(queue = desk.queue, %error, "nothing comes, and it is not known why");
            }
        }
    });
}

fn is_full(counts: Counts) -> bool {
    counts.waiting > 0 && counts.leased >= LEASED_MAX
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use beehive_core::queue::{EventQueue as _, Health, ReceiverOptions};
    use serde_json::json;

    use super::*;
    use crate::sqs::wire::{Reply, Wire};
    use crate::sqs::{SqsOptions, SqsQueue};

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_now_and_then_while_nothing_comes() {
        let start = Instant::now();
        let mut drought = Drought::default();
        for (minutes, events, asks) in [
            (0, 0, false),
            (4, 0, false),
            (5, 0, true),
            (9, 0, false),
            (10, 0, true),
            (11, 1, false),
            (20, 0, false),
            (25, 0, true),
        ] {
            let now = start + Duration::from_mins(minutes);
            assert_eq!(drought.note(events, now), asks, "{minutes}");
        }
    }

    #[test]
    fn a_queue_is_full_if_nothing_more_of_it_is_given_out() {
        for (waiting, leased, full) in [
            (1, 120_000, true),
            (0, 120_000, false),
            (1_000_000, 90_000, false),
            (0, 0, false),
        ] {
            let counts = Counts {
                waiting,
                leased,
                delayed: 0,
            };
            assert_eq!(is_full(counts), full, "{counts:?}");
        }
    }

    /// SQS answers a long poll of a queue that is full as if it were empty.
    #[tokio::test(start_paused = true)]
    async fn a_queue_that_is_full_is_told_of_and_is_no_busy_loop() {
        let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let wire = Wire::new(move |request| {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            log.lock().unwrap().push(operation.clone());
            let said = |body: serde_json::Value| Reply::Said(200, body.to_string());
            match &*operation {
                "GetQueueUrl" => said(json!({ "QueueUrl": "https://sqs.example/1/q" })),
                "ReceiveMessage" => {
                    let empty = json!({ "Messages": [] });
                    Reply::Late(Duration::from_secs(20), 200, empty.to_string())
                }
                _ => said(json!({ "Attributes": {
                    "ApproximateNumberOfMessages": "7",
                    "ApproximateNumberOfMessagesNotVisible": "120000",
                } })),
            }
        });
        let options = SqsOptions::new("shop").with_account("123456789012");
        let queue = SqsQueue::open(&wire.config(), &options).await.unwrap();
        let options = ReceiverOptions::new(NonZeroUsize::MIN, Duration::from_secs(30));
        let name = "Jobs-Jobs".parse().unwrap();
        let mut receiver = queue.receiver(&name, options).await.unwrap();
        for _ in 0..20 {
            let wait = Duration::from_secs(20);
            let leases = receiver.receive(NonZeroUsize::MIN, wait).await.unwrap();
            assert!(leases.is_empty());
        }
        let Health::Degraded(why) = queue.health() else {
            panic!("it is {:?}", queue.health());
        };
        assert!(why.contains("shop-Jobs-Jobs: events wait"), "{why}");
        let asked = asked.lock().unwrap();
        let count = |name: &str| asked.iter().filter(|asked| *asked == name).count();
        assert!((20..=21).contains(&count("ReceiveMessage")), "{asked:?}");
        assert_eq!(count("GetQueueAttributes"), 1, "{asked:?}");
    }
}
