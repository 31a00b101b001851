//! Writing to the customers.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{Email, Ledger, LedgerExt, OutsideError};
use crate::domain::OrderId;

/// Sends e-mails.
#[async_trait]
pub trait Mailer: fmt::Debug + Send + Sync + 'static {
    /// Sends the message; under the same key, once.
    async fn send(&self, key: &str, message: &Message) -> Result<(), OutsideError>;
}

/// Fails to compile when the trait is no longer object safe.
const _: fn(&dyn Mailer) = |_| ();

/// An e-mail about an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// The order it is about.
    pub order: OrderId,
    /// Whom it goes to.
    pub to: String,
    /// Its subject line.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// A mailer that writes to nobody.
#[derive(Clone, Debug)]
pub struct SimulatedMailer {
    ledger: Arc<dyn Ledger>,
}

impl SimulatedMailer {
    /// A mailer that writes what it was given into this ledger.
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger }
    }
}

#[async_trait]
impl Mailer for SimulatedMailer {
    async fn send(&self, key: &str, message: &Message) -> Result<(), OutsideError> {
        let email = Email {
            order: message.order,
            subject: message.subject.clone(),
        };
        self.ledger.record(key, &email).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Seed, outside::MemoryLedger};

    #[tokio::test]
    async fn a_message_is_sent_once_per_key() {
        let ledger = Arc::new(MemoryLedger::new());
        let mailer = SimulatedMailer::new(Arc::<MemoryLedger>::clone(&ledger));
        let order = OrderId::new(Seed::new(1), 42);
        let message = Message {
            order,
            to: "ada@example.com".into(),
            subject: "Shipped".into(),
            text: "Soon.".into(),
        };
        for key in ["key", "key", "another key"] {
            mailer.send(key, &message).await.unwrap();
        }
        assert_eq!(ledger.entries::<Email>().await.unwrap().len(), 2);
    }
}
