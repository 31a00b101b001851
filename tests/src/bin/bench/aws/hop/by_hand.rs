//! The hop as a program by hand makes it: take ten events, publish what follows from them, remove those
//! that were confirmed, each with one request.

use std::convert::Infallible;
use std::sync::Arc;

use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message};
use tokio::task::JoinSet;

use super::Hop;
use super::finish::Finish;
use super::places::{Places, entry};
use crate::Result;
use crate::aws::cloud::{Cloud, Taken};
use crate::rabbit::order::Order;

/// As many events as SQS gives at one time.
const TEN: u16 = 10;

/// A loop by hand.
#[derive(Clone, Debug)]
struct Loop {
    sqs: aws_sdk_sqs::Client,
    sns: aws_sdk_sns::Client,
    /// The URL of the queue that is read.
    from: String,
    /// The topic of what follows.
    to: String,
    finish: Arc<Finish>,
}

/// One run.
pub(super) async fn run(cloud: &Arc<Cloud>, hop: Hop) -> Result<Taken> {
    let (places, made) = Places::make(cloud).await?;
    places.fill(&made[0].topic, hop).await?;
    let finish = Arc::new(Finish::new(cloud, hop.events));
    let by_hand = Loop {
        sqs: aws_sdk_sqs::Client::new(&cloud.bare),
        sns: aws_sdk_sns::Client::new(&cloud.bare),
        from: made[0].url.clone(),
        to: made[1].topic.clone(),
        finish: Arc::clone(&finish),
    };
    cloud.count();
    let mut loops = JoinSet::new();
    for _ in 0..hop.in_flight.div_ceil(TEN) {
        let by_hand = by_hand.clone();
        loops.spawn(async move { by_hand.run().await });
    }
    tokio::select! {
        () = finish.all_settled() => {}
        Some(ended) = loops.join_next() => match ended?? {},
    }
    let taken = finish.taken()?;
    loops.shutdown().await;
    places.account(hop).await?;
    places.remove(&made).await?;
    Ok(taken)
}

impl Loop {
    /// Goes on until something fails.
    async fn run(&self) -> Result<Infallible> {
        loop {
            self.turn().await?;
        }
    }

    async fn turn(&self) -> Result<()> {
        let request = self.sqs.receive_message().queue_url(&self.from);
        let request = request
            .max_number_of_messages(TEN.into())
            .wait_time_seconds(20)
            .visibility_timeout(30)
            .message_attribute_names("All");
        let came = request.send().await?.messages.unwrap_or_default();
        if came.is_empty() {
            return Ok(());
        }
        self.finish.arrive(came.len().try_into()?)?;
        let confirmed = self.publish(&came).await?;
        let mut entries = Vec::with_capacity(came.len());
        for (place, message) in came.into_iter().enumerate() {
            let id = place.to_string();
            // What was not confirmed stays, and comes again.
            if confirmed.contains(&id) {
                let entry = DeleteMessageBatchRequestEntry::builder().id(id);
                let entry = entry.set_receipt_handle(message.receipt_handle);
                entries.push(entry.build()?);
            }
        }
        let request = self.sqs.delete_message_batch().queue_url(&self.from);
        let deleted = request.set_entries(Some(entries)).send().await?;
        self.finish.settle(deleted.successful().len().try_into()?);
        Ok(())
    }

    /// Publishes what follows from each, and returns the numbers of those that were confirmed.
    async fn publish(&self, came: &[Message]) -> Result<Vec<String>> {
        let mut entries = Vec::with_capacity(came.len());
        for (place, message) in came.iter().enumerate() {
            let order: Order = serde_json::from_str(message.body().unwrap_or_default())?;
            let next = order.processed();
            let json = String::from_utf8(next.json()?)?;
            entries.push(entry(place.try_into()?, next.number, json)?);
        }
        let request = self.sns.publish_batch().topic_arn(&self.to);
        let request = request.set_publish_batch_request_entries(Some(entries));
        let published = request.send().await?.successful.unwrap_or_default();
        Ok(published.into_iter().filter_map(|entry| entry.id).collect())
    }
}
