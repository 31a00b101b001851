//! The queues of a hop: filled before it, and counted after it.

use std::time::Duration;

use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use aws_sdk_sqs::types::QueueAttributeName;
use beehive_tests::trials::namespace;
use tokio::time::{Instant, sleep};

use super::{BODY, Hop, TOPICS};
use crate::Result;
use crate::aws::cloud::Cloud;
use crate::rabbit::order::Order;

/// How long queues may take to show what they have.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often they are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The queue where events wait, and the one where those go that follow.
#[derive(Debug)]
pub(super) struct Places {
    sqs: aws_sdk_sqs::Client,
    sns: aws_sdk_sns::Client,
    urls: [String; 2],
}

/// A topic and its queue, made by hand.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) topic: String,
    pub(super) url: String,
}

impl Places {
    /// Those of this name, which are there.
    pub(super) async fn called(cloud: &Cloud, names: [String; 2]) -> Result<Self> {
        let sqs = aws_sdk_sqs::Client::new(&cloud.control);
        let mut urls = [String::new(), String::new()];
        for (url, name) in urls.iter_mut().zip(names) {
            let answer = sqs.get_queue_url().queue_name(name).send().await?;
            *url = answer.queue_url.ok_or("a queue has no URL")?;
        }
        Ok(Self {
            sqs,
            sns: aws_sdk_sns::Client::new(&cloud.control),
            urls,
        })
    }

    /// New ones, made by hand.
    pub(super) async fn make(cloud: &Cloud) -> Result<(Self, [Place; 2])> {
        let namespace = namespace();
        let [source, target] = TOPICS.map(|topic| format!("{namespace}-{topic}"));
        let sqs = aws_sdk_sqs::Client::new(&cloud.control);
        let sns = aws_sdk_sns::Client::new(&cloud.control);
        let made = [
            make(&sns, &sqs, &source).await?,
            make(&sns, &sqs, &target).await?,
        ];
        let urls = [made[0].url.clone(), made[1].url.clone()];
        Ok((Self { sqs, sns, urls }, made))
    }

    /// Publishes the events of a hop.
    pub(super) async fn fill(&self, topic: &str, hop: Hop) -> Result<()> {
        let numbers: Vec<_> = (0..hop.events).collect();
        for batch in numbers.chunks(10) {
            let mut entries = Vec::with_capacity(batch.len());
            for number in batch {
                let json = Order::new(*number, BODY)?.json()?;
                entries.push(entry(number % 10, *number, String::from_utf8(json)?)?);
            }
            let request = self.sns.publish_batch().topic_arn(topic);
            let request = request.set_publish_batch_request_entries(Some(entries));
            let answer = request.send().await?;
            if !answer.failed().is_empty() {
                return Err("not every event was published".into());
            }
        }
        self.are_filled(hop).await
    }

    /// Waits until the events are there.
    pub(super) async fn are_filled(&self, hop: Hop) -> Result<()> {
        self.wait_for(&self.urls[0], hop.events).await
    }

    /// Waits until nothing is left and all is there that follows, once.
    pub(super) async fn account(&self, hop: Hop) -> Result<()> {
        self.wait_for(&self.urls[0], 0).await?;
        self.wait_for(&self.urls[1], hop.events).await
    }

    /// Removes what was made by hand.
    pub(super) async fn remove(&self, made: &[Place]) -> Result<()> {
        for place in made {
            self.sns
                .delete_topic()
                .topic_arn(&place.topic)
                .send()
                .await?;
            self.sqs.delete_queue().queue_url(&place.url).send().await?;
        }
        Ok(())
    }

    /// Waits until a queue has so many messages.
    async fn wait_for(&self, url: &str, expected: u64) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            let there = self.messages(url).await?;
            if there == expected {
                return Ok(());
            }
            if there > expected || Instant::now() > end {
                return Err(format!("{there} events are where {expected} should be").into());
            }
            sleep(LOOK).await;
        }
    }

    /// How many messages are in a queue, those that somebody holds too.
    async fn messages(&self, url: &str) -> Result<u64> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let request = request.set_attribute_names(Some(names.to_vec()));
        let attributes = request.send().await?.attributes.unwrap_or_default();
        let mut sum = 0;
        for name in &names {
            let number = attributes.get(name).ok_or("a queue does not count")?;
            sum += number.parse::<u64>()?;
        }
        Ok(sum)
    }
}

/// An entry of a batch, in its place, that says the id and the type of an event beside what it holds.
pub(super) fn entry(place: u64, event: u64, body: String) -> Result<PublishBatchRequestEntry> {
    let text = |value: &str| {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(value);
        value.build()
    };
    let entry = PublishBatchRequestEntry::builder()
        .id(place.to_string())
        .message(body)
        .message_attributes("id", text(&event.to_string())?)
        .message_attributes("type", text(TOPICS[1])?);
    Ok(entry.build()?)
}

/// A topic with a queue that gets what is published to it.
async fn make(sns: &aws_sdk_sns::Client, sqs: &aws_sdk_sqs::Client, name: &str) -> Result<Place> {
    let made = sns.create_topic().name(name).send().await?;
    let topic = made.topic_arn.ok_or("a topic has no ARN")?;
    let made = sqs.create_queue().queue_name(name).send().await?;
    let url = made.queue_url.ok_or("a queue has no URL")?;
    let request = sqs.get_queue_attributes().queue_url(&url);
    let request = request.attribute_names(QueueAttributeName::QueueArn);
    let attributes = request.send().await?.attributes.unwrap_or_default();
    let queue = attributes.get(&QueueAttributeName::QueueArn);
    let queue = queue.ok_or("a queue has no ARN")?;
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "sns.amazonaws.com" },
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
        }],
    });
    let request = sqs.set_queue_attributes().queue_url(&url);
    let request = request.attributes(QueueAttributeName::Policy, policy.to_string());
    request.send().await?;
    let request = sns.subscribe().topic_arn(&topic).protocol("sqs");
    let request = request
        .endpoint(queue)
        .attributes("RawMessageDelivery", "true");
    request.send().await?;
    Ok(Place { topic, url })
}
