//! The trigger: receives from a queue of SQS as Lambda does, and deletes what is done.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    Message, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
};
use beehive_tests::trials::eventually;
use libtest_mimic::Failed;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

/// For how long the queue keeps from others what was received.
pub(crate) const HIDDEN: Duration = Duration::from_secs(60);
/// How long an event may take to the queue.
const WAY: Duration = Duration::from_secs(30);

/// The trigger of one queue.
#[derive(Debug)]
pub(crate) struct Trigger {
    client: Client,
    url: String,
    arn: String,
}

impl Trigger {
    /// That of a queue which has this name on SQS.
    pub(crate) async fn new(queue: &str) -> Result<Self, Failed> {
        let sdk = aws_config::defaults(BehaviorVersion::latest());
        let sdk = sdk.http_client(aws_smithy_http_client::Builder::new().build_http());
        let client = Client::new(&sdk.load().await);
        let url = client.get_queue_url().queue_name(queue).send().await?;
        let url = url.queue_url.ok_or("a queue without a URL")?;
        let name = QueueAttributeName::QueueArn;
        let request = client.get_queue_attributes().queue_url(&url);
        let attributes = request
            .attribute_names(name.clone())
            .send()
            .await?
            .attributes;
        let arn = attributes.and_then(|mut attributes| attributes.remove(&name));
        Ok(Self {
            arn: arn.ok_or("a queue without an ARN")?,
            client,
            url,
        })
    }

    /// So many records, each once. They come as they come.
    pub(crate) async fn receive(&self, count: usize) -> Result<Vec<Value>, Failed> {
        let end = Instant::now() + WAY;
        let mut records: Vec<Value> = Vec::new();
        while records.len() < count {
            if Instant::now() > end {
                return Err(format!("of {count} events only {} came", records.len()).into());
            }
            records.extend(self.poll(Duration::from_secs(1)).await?);
        }
        if records.len() > count {
            return Err(format!("{} events came in place of {count}", records.len()).into());
        }
        Ok(records)
    }

    /// Up to ten records, which is what a batch has unless it is told otherwise.
    pub(crate) async fn poll(&self, wait: Duration) -> Result<Vec<Value>, Failed> {
        let request = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .wait_time_seconds(i32::try_from(wait.as_secs())?)
            .visibility_timeout(i32::try_from(HIDDEN.as_secs())?)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let messages = request.send().await?.messages.unwrap_or_default();
        Ok(messages
            .iter()
            .map(|message| self.record(message))
            .collect())
    }

    /// A message as Lambda hands it over.
    fn record(&self, message: &Message) -> Value {
        let attributes = message.attributes().into_iter().flatten();
        let attributes = attributes.map(|(name, value)| (name.as_str().to_owned(), json!(value)));
        let own = message.message_attributes().into_iter().flatten();
        let own = own.map(|(name, value)| (name.clone(), attribute(value)));
        json!({
            "messageId": message.message_id(),
            "receiptHandle": message.receipt_handle(),
            "body": message.body(),
            "attributes": Value::Object(attributes.collect::<Map<_, _>>()),
            "messageAttributes": Value::Object(own.collect::<Map<_, _>>()),
            "md5OfBody": message.md5_of_body(),
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": "us-east-1",
        })
    }

    /// Deletes the records that are not among the failures.
    pub(crate) async fn settle(
        &self,
        records: &[Value],
        failures: &[String],
    ) -> Result<(), Failed> {
        for record in records {
            let failed = failures.iter().any(|id| record["messageId"] == id.as_str());
            if !failed {
                let receipt = record["receiptHandle"].as_str();
                let request = self.client.delete_message().queue_url(&self.url);
                request
                    .set_receipt_handle(receipt.map(str::to_owned))
                    .send()
                    .await?;
            }
        }
        Ok(())
    }

    /// Sends a message of another program.
    pub(crate) async fn send(&self, body: &str) -> Result<(), Failed> {
        let request = self.client.send_message().queue_url(&self.url);
        request.message_body(body).send().await?;
        Ok(())
    }

    /// Waits until the queue holds so many messages, hidden and delayed ones among them.
    pub(crate) async fn holds(&self, count: usize) -> Result<(), Failed> {
        let what = format!("that {} holds {count} messages", self.url);
        let look = || async { Ok::<_, Failed>((self.count().await? == count).then_some(())) };
        eventually(&what, WAY, look).await
    }

    /// Waits until so many messages can be received from the queue.
    pub(crate) async fn shows(&self, count: usize) -> Result<(), Failed> {
        let what = format!("that {} shows {count} messages", self.url);
        let shown = [QueueAttributeName::ApproximateNumberOfMessages];
        let look = || async { Ok::<_, Failed>((self.sum(&shown).await? == count).then_some(())) };
        eventually(&what, WAY, look).await
    }

    /// How many messages the queue holds, hidden and delayed ones among them.
    pub(crate) async fn count(&self) -> Result<usize, Failed> {
        let all = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        self.sum(&all).await
    }

    async fn sum(&self, names: &[QueueAttributeName]) -> Result<usize, Failed> {
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let request = request.set_attribute_names(Some(names.to_vec()));
        let attributes = request.send().await?.attributes.unwrap_or_default();
        let numbers = attributes
            .values()
            .filter_map(|value| value.parse::<usize>().ok());
        Ok(numbers.sum())
    }
}

fn attribute(value: &MessageAttributeValue) -> Value {
    let binary = value.binary_value().map(|bytes| {
        // Nothing here sends any.
        String::from_utf8_lossy(bytes.as_ref()).into_owned()
    });
    json!({
        "stringValue": value.string_value(),
        "binaryValue": binary,
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value.data_type(),
    })
}

/// The ids of records.
pub(crate) fn ids(records: &[Value]) -> Vec<String> {
    let id = |record: &Value| record["messageId"].as_str().unwrap_or_default().to_owned();
    records.iter().map(id).collect()
}
