//! A wire behind which SQS does all it is asked, or nothing.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Value, json};

use crate::AwsConfig;
use crate::sqs::is_ordered;
use crate::sqs::wire::{Reply, Wire};

/// SQS with the queues whose names end so.
#[derive(Clone)]
pub(super) struct Aws {
    ending: &'static str,
    requests: Arc<Mutex<Vec<(String, Value)>>>,
}

/// What SQS has.
pub(super) const PLAIN: &str = "";
pub(super) const IN_ORDER: &str = ".fifo";
/// A wire that breaks after the name of a queue was asked for.
pub(super) const BROKEN: &str = "broken";

impl Aws {
    pub(super) fn new(ending: &'static str) -> Self {
        Self {
            ending,
            requests: Arc::default(),
        }
    }

    pub(super) fn config(&self) -> AwsConfig {
        let aws = self.clone();
        Wire::new(move |request| aws.reply(request)).config()
    }

    /// The operations that were asked for, but for the names of queues, each with its entries.
    pub(super) fn requests(&self) -> Vec<(String, Vec<Value>)> {
        let requests = self.requests.lock().unwrap();
        let entries = |body: &Value| body["Entries"].as_array().cloned().unwrap_or_default();
        let asked = requests
            .iter()
            .map(|(name, body)| (name.clone(), entries(body)));
        asked.filter(|(name, _)| name != "GetQueueUrl").collect()
    }

    fn answer(&self, operation: &str, body: &Value) -> Option<(u16, Value)> {
        if operation == "GetQueueUrl" {
            let name = body["QueueName"].as_str()?;
            let exists = is_ordered(name) == (self.ending == IN_ORDER);
            return Some(if exists {
                (
                    200,
                    json!({ "QueueUrl": format!("https://sqs.example/{name}") }),
                )
            } else {
                let code = "com.amazonaws.sqs#QueueDoesNotExist";
                (400, json!({ "__type": code }))
            });
        }
        if self.ending == BROKEN {
            return None;
        }
        let done = body["Entries"]
            .as_array()?
            .iter()
            .map(|entry| json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "d" }));
        let done: Vec<_> = done.collect();
        Some((200, json!({ "Successful": done, "Failed": [] })))
    }

    fn reply(&self, request: &HttpRequest) -> Reply {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().unwrap_or_default();
        let body = serde_json::from_slice(body).unwrap_or_default();
        let answer = self.answer(&operation, &body);
        self.requests.lock().unwrap().push((operation, body));
        match answer {
            Some((status, body)) => Reply::Said(status, body.to_string()),
            None => Reply::Broken,
        }
    }
}
