//! A receiver of one queue.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::queue::{Lease, QueueName, Receiver, ReceiverOptions};
use tokio::time::{Instant, sleep_until};

use super::drought::{self, Drought};
use super::lease::{Origin, lease};
use super::poll::{self, Answer, Ask, EVENTS_MAX, Received, WAIT_MAX};
use super::slots::Slots;
use crate::sqs::batches::ended;
use crate::sqs::parts::Parts;

/// SQS waits for whole seconds. What is left of a wait and is shorter than this is not waited for.
const MOMENT: Duration = Duration::from_millis(100);
/// How much longer than a wait an answer is waited for that must come at any moment.
const GRACE: Duration = Duration::from_millis(300);

/// Reads one queue. No events are fetched beyond those that were asked for.
pub(crate) struct SqsReceiver {
    origin: Origin,
    options: ReceiverOptions,
    /// The request that is under way, also while nobody waits for its answer.
    under_way: Option<Answer>,
    /// What came for a call that was dropped.
    left: VecDeque<Received>,
    drought: Drought,
}

impl SqsReceiver {
    /// # Errors
    /// `NotFound` if the queue is not declared.
    pub(crate) async fn open(
        parts: Arc<Parts>,
        queue: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Self> {
        let desk = parts.topology.queue(queue).await?;
        Ok(Self {
            origin: Origin {
                parts,
                desk,
                queue: queue.clone(),
                slots: Arc::new(Slots::new(options.prefetch())),
            },
            options,
            under_way: None,
            left: VecDeque::new(),
            drought: Drought::default(),
        })
    }

    async fn next(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let end = Instant::now() + wait;
        // However short the wait is, SQS is asked once.
        let mut is_asked = self.under_way.is_some();
        loop {
            let now = Instant::now();
            let leases = self.leases(max, now);
            if !leases.is_empty() {
                return Ok(leases);
            }
            if self.origin.desk.is_gone() {
                return Err(self.origin.desk.missing());
            }
            let (free, changes) = self.origin.slots.free(now);
            let is_over = end.saturating_duration_since(now) < MOMENT;
            if free == 0 {
                if now >= end {
                    return Ok(Vec::new());
                }
                self.wait_for_room(changes.map_or(end, |change| change.min(end)))
                    .await;
                continue;
            }
            if self.under_way.is_none() {
                if is_asked && is_over {
                    return Ok(Vec::new());
                }
                is_asked = true;
                let ask = Ask {
                    events: max.get().min(free).min(EVENTS_MAX),
                    wait: asked_wait(end.saturating_duration_since(now)),
                    lease: self.options.lease(),
                };
                self.under_way = Some(poll::start(&self.origin.parts, &self.origin.desk, ask));
            }
            if !self.answer(end + GRACE).await? {
                return Ok(Vec::new());
            }
        }
    }

    /// What came and was not taken, as leases; what is over by now comes again.
    fn leases(&mut self, max: NonZeroUsize, now: Instant) -> Vec<Lease> {
        self.left
            .retain(|received| received.term.check(now).is_ok());
        let (free, _) = self.origin.slots.free(now);
        let count = self.left.len().min(max.get()).min(free);
        let received = self.left.drain(..count);
        received
            .map(|received| lease(&self.origin, received))
            .collect()
    }

    /// Waits for the answer to the request under way; false if it did not come by then.
    async fn answer(&mut self, until: Instant) -> Result<bool> {
        let Some(answer) = &mut self.under_way else {
            return Ok(false);
        };
        tokio::select! {
            biased;
            answered = answer => {
                self.under_way = None;
                let received = answered.unwrap_or_else(|_| Err(ended()))?;
                let Origin { parts, desk, .. } = &self.origin;
                if self.drought.note(received.len(), Instant::now()) {
                    drought::ask(parts, desk);
                } else if !received.is_empty() {
                    parts.condition.relieve(&desk.queue);
                }
                self.left.extend(received);
                Ok(true)
            }
            () = self.origin.desk.gone() => Err(self.origin.desk.missing()),
            () = sleep_until(until) => Ok(false),
        }
    }

    async fn wait_for_room(&self, until: Instant) {
        tokio::select! {
            () = self.origin.slots.freed() => {}
            () = self.origin.desk.gone() => {}
            () = sleep_until(until) => {}
        }
    }
}

/// The wait to ask SQS for: whole seconds, at least one, since a request that does not wait looks at
/// some of its servers only.
fn asked_wait(left: Duration) -> Duration {
    Duration::from_secs(left.min(WAIT_MAX).as_secs().max(1))
}

#[async_trait]
impl Receiver for SqsReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let received = self.next(max, wait).await;
        received.map_err(|error| {
            error
                .with_operation("receive")
                .with_context("queue", &self.origin.queue)
        })
    }

    async fn close(self: Box<Self>) -> Result<()> {
        let desk = &self.origin.desk;
        // The request that is under way gives back by itself what nobody waits for.
        drop(self.under_way);
        let left = self.left.into_iter().map(|received| received.receipt);
        poll::give_back(desk, left).await;
        Ok(())
    }
}

impl fmt::Debug for SqsReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsReceiver")
            .field("queue", &self.origin.queue)
            .field("options", &self.options)
            .field("left", &self.left.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use beehive_core::queue::EventQueue as _;
    use serde_json::json;

    use super::*;
    use crate::sqs::stub::Stub;
    use crate::sqs::wire::Reply;
    use crate::sqs::{SqsOptions, SqsQueue};

    #[tokio::test(start_paused = true)]
    async fn sqs_is_asked_however_short_the_wait_is() {
        for millis in [0, 50, 1_000] {
            let came = json!({ "Messages": [{
                "MessageId": "m",
                "ReceiptHandle": "r",
                "Body": "clover",
                "Attributes": { "ApproximateReceiveCount": "3" },
            }] });
            let stub = Stub::new([
                Reply::Said(
                    200,
                    json!({ "QueueUrl": "https://sqs.example/1/q" }).to_string(),
                ),
                Reply::Said(200, came.to_string()),
            ]);
            let options = SqsOptions::new("shop").with_account("123456789012");
            let queue = SqsQueue::open(&stub.config(), &options).await.unwrap();
            let options = ReceiverOptions::new(NonZeroUsize::MIN, Duration::from_secs(30));
            let name = "Jobs-Jobs".parse().unwrap();
            let mut receiver = queue.receiver(&name, options).await.unwrap();
            let wait = Duration::from_millis(millis);
            let leases = receiver.receive(NonZeroUsize::MIN, wait).await.unwrap();
            assert_eq!(leases.len(), 1, "{millis} ms");
            assert_eq!(leases[0].attempt(), 3);
            assert!(leases[0].defect().is_some());
            let shown = format!("{queue:?} {receiver:?} {leases:?}");
            assert!(!shown.contains("planted-secret"), "{shown}");
        }
    }

    /// What the requests for events were called that a receiver made, after SQS answered the first in
    /// this way. It finds its queue after so many names of none: the second keeps order.
    async fn called(missing: usize, first: Reply) -> Vec<Option<String>> {
        let none = json!({ "__type": "com.amazonaws.sqs#QueueDoesNotExist" });
        let none = std::iter::repeat_with(|| Reply::Said(400, none.to_string()));
        let url = Reply::Said(200, json!({ "QueueUrl": "https://sqs/q" }).to_string());
        let empty = Reply::Said(200, json!({ "Messages": [] }).to_string());
        let stub = Stub::new(none.take(missing).chain([url, first, empty]));
        let options = SqsOptions::new("shop").with_account("123456789012");
        let queue = SqsQueue::open(&stub.config(), &options).await.unwrap();
        let options = ReceiverOptions::new(NonZeroUsize::MIN, Duration::from_secs(30));
        let name = "Jobs-Jobs".parse().unwrap();
        let mut receiver = queue.receiver(&name, options).await.unwrap();
        receiver
            .receive(NonZeroUsize::MIN, Duration::ZERO)
            .await
            .unwrap();
        let requests = stub.requests().into_iter().skip(missing + 1);
        let id = |request: String| {
            let request: serde_json::Value = serde_json::from_str(&request).unwrap();
            let id = request["ReceiveRequestAttemptId"].as_str();
            id.map(str::to_owned)
        };
        requests.map(id).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_answer_is_asked_for_again_where_order_is_kept() {
        const IN_ORDER: usize = 1;
        let lost = called(IN_ORDER, Reply::Broken).await;
        assert_eq!(lost.len(), 2);
        assert!(lost[0].is_some() && lost[0] == lost[1], "{lost:?}");
        // What was answered is over, and its name is no good any more.
        let throttled = json!({ "__type": "com.amazonaws.sqs#RequestThrottled" }).to_string();
        let throttled = called(IN_ORDER, Reply::Said(400, throttled)).await;
        assert_eq!(throttled.len(), 2);
        assert!(throttled.iter().all(Option::is_some) && throttled[0] != throttled[1]);
        assert_eq!(called(0, Reply::Broken).await, [None, None]);
    }

    #[test]
    fn sqs_is_asked_to_wait_for_whole_seconds() {
        for (left, seconds) in [(0, 1), (300, 1), (1_000, 1), (2_999, 2), (60_000, 20)] {
            let asked = asked_wait(Duration::from_millis(left));
            assert_eq!(asked, Duration::from_secs(seconds), "{left} ms");
        }
    }
}
