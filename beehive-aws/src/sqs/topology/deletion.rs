//! Deleting topics, subscriptions and queues. What is not there is deleted already.

use beehive_core::queue::{QueueKind, QueueName};
use beehive_core::{ErrorKind, Result};

use super::super::names::{dead_letters_of, ordered, plain};
use super::topology::Topology;

const DELETE: &str = "delete";

impl Topology {
    pub(crate) async fn delete(&self, name: &QueueName) -> Result<()> {
        let deleted = match name.kind() {
            QueueKind::Topic => self.delete_topic(name).await,
            QueueKind::Subscription => match self.unsubscribe(name).await {
                Ok(()) => self.delete_both(name).await,
                Err(error) => Err(error),
            },
            QueueKind::Queue => self.delete_both(name).await,
        };
        deleted.map_err(|error| error.with_operation(DELETE).with_context("queue", name))
    }

    /// Deletes a topic and every queue of ours that is subscribed to it, whether it keeps order or not.
    /// The topic goes last, so that whoever is interrupted finds the rest again.
    async fn delete_topic(&self, name: &QueueName) -> Result<()> {
        let arns = self.arns().await?;
        let topic = self.names.topic(name);
        for arn in [arns.topic(&topic), arns.topic(&ordered(&topic))] {
            for subscription in self.subscriptions(&arn).await? {
                let endpoint = subscription.endpoint().unwrap_or_default();
                let Some(queue) = arns.queue_name(endpoint) else {
                    continue;
                };
                if self.names.owns(queue) {
                    self.delete_queue(queue).await?;
                }
            }
            let request = self.sns.delete_topic().topic_arn(&arn);
            let deleted = self.topic_calls.call(|| request.clone().send()).await;
            self.forget_topic(&topic);
            match deleted {
                Ok(_) => {}
                Err(failed) if failed.kind() == ErrorKind::NotFound => {}
                Err(failed) => return Err(failed.into_error(DELETE)),
            }
        }
        Ok(())
    }

    async fn unsubscribe(&self, name: &QueueName) -> Result<()> {
        let arns = self.arns().await?;
        let (topic, queue) = (self.names.topic(name), self.names.queue(name));
        for topic in [arns.topic(&topic), arns.topic(&ordered(&topic))] {
            for subscription in self.subscriptions(&topic).await? {
                let endpoint = subscription.endpoint().unwrap_or_default();
                let Some(arn) = subscription.subscription_arn() else {
                    continue;
                };
                if arns.queue_name(endpoint).map(plain) != Some(&*queue) {
                    continue;
                }
                let request = self.sns.unsubscribe().subscription_arn(arn);
                match self.topic_calls.call(|| request.clone().send()).await {
                    Ok(_) => {}
                    Err(failed) if failed.kind() == ErrorKind::NotFound => {}
                    Err(failed) => return Err(failed.into_error(DELETE)),
                }
            }
        }
        Ok(())
    }

    /// Deletes a queue of this name, whether it keeps order or not.
    async fn delete_both(&self, name: &QueueName) -> Result<()> {
        let queue = self.names.queue(name);
        self.delete_queue(&queue).await?;
        self.delete_queue(&ordered(&queue)).await
    }

    /// Deletes a queue and its dead letters, these last: an event that is given up at this moment
    /// finds one of the two.
    async fn delete_queue(&self, queue: &str) -> Result<()> {
        for queue in [queue, &dead_letters_of(queue)] {
            let Some(url) = self.url_of(queue).await? else {
                self.forget_queue(queue);
                continue;
            };
            let request = self.sqs.delete_queue().queue_url(url);
            let deleted = self.calls.call(|| request.clone().send()).await;
            self.forget_queue(queue);
            match deleted {
                Ok(_) => {}
                Err(failed) if failed.kind() == ErrorKind::NotFound => {}
                Err(failed) => return Err(failed.into_error(DELETE)),
            }
        }
        Ok(())
    }
}
