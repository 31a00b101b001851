//! A look at dead letters: SQS shows what a queue holds only to who takes it. All are taken for a
//! while, and given back.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::{Message as Given, MessageSystemAttributeName as Attribute};
use beehive_core::{ErrorKind, Result};
use jiff::Timestamp;
use tokio::time::Instant;

use super::super::batches::Change;
use super::super::codec::{Message, decode};
use super::super::parts::Parts;
use super::super::topology::QueueDesk;
use super::letter::Letter;

/// For how long what is looked at is taken. Who dies while looking hides dead letters for so long.
const HELD: Duration = Duration::from_secs(60);
/// For how long it is looked: what was taken first must not come again.
const LOOK_MAX: Duration = Duration::from_secs(40);
/// How many are looked at: what is more than this is not shown, and counted by SQS.
pub(super) const LETTERS_MAX: usize = 1_000;
/// How many bytes of them are in memory, about.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long SQS looks on its servers before it says that there are no more.
const WAIT_SECONDS: i32 = 1;
/// How often SQS must say that there is nothing while it counts something.
const EMPTY_MAX: usize = 3;

/// What was taken from a queue of dead letters, and is to be given back.
#[derive(Debug)]
pub(super) struct Look {
    parts: Arc<Parts>,
    desk: Arc<QueueDesk>,
}

impl Look {
    pub(super) fn new(parts: &Arc<Parts>, desk: &Arc<QueueDesk>) -> Self {
        Self {
            parts: Arc::clone(parts),
            desk: Arc::clone(desk),
        }
    }

    /// Takes dead letters, at most so many, until there are no more.
    pub(super) async fn take(&self, max: usize) -> Result<Vec<Letter>> {
        let start = Instant::now();
        let mut letters: Vec<Letter> = Vec::new();
        let (mut bytes, mut empty) = (0, 0);
        // What SQS counts is there, though one answer may not have it.
        let expected = self.about().await?;
        while letters.len() < max && bytes < BYTES_MAX && start.elapsed() < LOOK_MAX {
            let taken = match self.ask(max - letters.len()).await {
                Ok(taken) => taken,
                Err(error) => {
                    self.give_back(letters).await;
                    return Err(error);
                }
            };
            if taken.is_empty() {
                empty += 1;
                // Somebody else may hold what is missing, who is not waited for.
                if letters.len() as u64 >= expected || empty >= EMPTY_MAX {
                    break;
                }
            }
            bytes += taken.iter().map(Letter::size).sum::<usize>();
            letters.extend(taken);
        }
        Ok(letters)
    }

    /// About how many there are.
    pub(super) async fn about(&self) -> Result<u64> {
        let about = self.parts.topology.about(&self.desk.url).await;
        about.inspect_err(|error| {
            if error.kind() == ErrorKind::NotFound {
                self.parts.topology.forget(&self.desk);
            }
        })
    }

    async fn ask(&self, max: usize) -> Result<Vec<Letter>> {
        let request = self
            .parts
            .polls
            .receive_message()
            .queue_url(&self.desk.url)
            .max_number_of_messages(i32::try_from(max.min(10)).unwrap_or(10))
            .wait_time_seconds(WAIT_SECONDS)
            .visibility_timeout(i32::try_from(HELD.as_secs()).unwrap_or(60))
            .message_attribute_names("All")
            .message_system_attribute_names(Attribute::SentTimestamp)
            .message_system_attribute_names(Attribute::ApproximateReceiveCount);
        let output = self.parts.calls.call(|| request.clone().send()).await;
        let output = output.map_err(|failed| failed.into_error("look at dead letters"))?;
        let given = output.messages.unwrap_or_default().into_iter();
        Ok(given.filter_map(read).collect())
    }

    /// Gives back what was taken.
    pub(super) async fn give_back(&self, letters: Vec<Letter>) {
        let receipts = letters.into_iter().map(|letter| letter.receipt);
        self.give_back_receipts(receipts.collect()).await;
    }

    /// The same, of what is still needed here.
    pub(super) async fn give_back_receipts(&self, receipts: Vec<String>) {
        let changes = receipts.into_iter().map(|receipt| Change {
            receipt,
            seconds: 0,
        });
        let given_back = self.desk.changes.all(changes).await;
        for error in given_back.into_iter().filter_map(Result::err) {
            tracing::debug!(%error, "a dead letter that was looked at is hidden for up to a minute");
        }
    }

    /// Deletes what was taken.
    pub(super) async fn delete(&self, letters: Vec<Letter>) -> Result<()> {
        let receipts = letters.into_iter().map(|letter| letter.receipt);
        let deleted = self.desk.deletes.all(receipts).await;
        deleted.into_iter().collect()
    }
}

fn read(given: Given) -> Option<Letter> {
    let receipt = given.receipt_handle.clone()?;
    let number = |attribute| {
        let attributes = given.attributes.as_ref()?;
        attributes.get(&attribute)?.parse::<i64>().ok()
    };
    let sent = number(Attribute::SentTimestamp)
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .unwrap_or_else(Timestamp::now);
    let deliveries = number(Attribute::ApproximateReceiveCount)
        .and_then(|count| u32::try_from(count).ok())
        .unwrap_or(1);
    let incoming = decode(Message::received(given));
    Some(Letter::read(incoming, receipt, sent, deliveries))
}
