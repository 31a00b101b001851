//! One thing to ask of the broker.

use lapin::options::{
    ExchangeBindOptions, ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions,
    QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, ExchangeKind};

/// How an exchange routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Routing {
    /// To everything that is bound.
    Fanout,
    /// By patterns of the routing key.
    Topic,
}

impl Routing {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Fanout => "fanout",
            Self::Topic => "topic",
        }
    }

    fn kind(self) -> ExchangeKind {
        match self {
            Self::Fanout => ExchangeKind::Fanout,
            Self::Topic => ExchangeKind::Topic,
        }
    }
}

/// One thing to ask of the broker. Asking for it twice is right.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A durable exchange.
    Exchange {
        name: ShortString,
        routing: Routing,
        arguments: FieldTable,
    },
    /// A durable queue.
    Queue {
        name: ShortString,
        arguments: FieldTable,
    },
    /// That a queue gets what an exchange routes by this key or pattern.
    BindQueue {
        queue: ShortString,
        from: ShortString,
        key: ShortString,
    },
    /// That an exchange gets what another routes by this key or pattern.
    BindExchange {
        exchange: ShortString,
        from: ShortString,
        key: ShortString,
    },
    /// That there is such an exchange, whatever its properties.
    CheckExchange(ShortString),
    /// That there is such a queue, whatever its properties.
    CheckQueue(ShortString),
    /// That there is no such exchange.
    DeleteExchange(ShortString),
    /// That there is no such queue, and nothing of what was in it.
    DeleteQueue(ShortString),
}

impl Step {
    /// What can be asked about this without permission to change anything: whether an exchange or a
    /// queue is there. AMQP has no question for bindings.
    pub(super) fn check(&self) -> Option<Self> {
        match self {
            Self::Exchange { name, .. } => Some(Self::CheckExchange(name.clone())),
            Self::Queue { name, .. } => Some(Self::CheckQueue(name.clone())),
            _ => None,
        }
    }

    /// Asks, and waits for the answer. The question is sent when this is first polled.
    pub(super) async fn ask(&self, channel: &Channel) -> lapin::Result<()> {
        match self.clone() {
            Self::Exchange {
                name,
                routing,
                arguments,
            } => {
                let options = ExchangeDeclareOptions {
                    durable: true,
                    ..ExchangeDeclareOptions::default()
                };
                channel
                    .exchange_declare(name, routing.kind(), options, arguments)
                    .await
            }
            Self::Queue { name, arguments } => {
                let options = QueueDeclareOptions {
                    durable: true,
                    ..QueueDeclareOptions::default()
                };
                let declared = channel.queue_declare(name, options, arguments).await;
                declared.map(drop)
            }
            Self::BindQueue { queue, from, key } => {
                let options = QueueBindOptions::default();
                channel
                    .queue_bind(queue, from, key, options, FieldTable::default())
                    .await
            }
            Self::BindExchange {
                exchange,
                from,
                key,
            } => {
                let options = ExchangeBindOptions::default();
                channel
                    .exchange_bind(exchange, from, key, options, FieldTable::default())
                    .await
            }
            Self::CheckExchange(name) => {
                let options = ExchangeDeclareOptions {
                    passive: true,
                    ..ExchangeDeclareOptions::default()
                };
                let kind = ExchangeKind::Fanout;
                channel
                    .exchange_declare(name, kind, options, FieldTable::default())
                    .await
            }
            Self::CheckQueue(name) => {
                let options = QueueDeclareOptions {
                    passive: true,
                    ..QueueDeclareOptions::default()
                };
                let checked = channel.queue_declare(name, options, FieldTable::default());
                checked.await.map(drop)
            }
            Self::DeleteExchange(name) => {
                let options = ExchangeDeleteOptions::default();
                channel.exchange_delete(name, options).await
            }
            Self::DeleteQueue(name) => {
                let options = QueueDeleteOptions::default();
                channel.queue_delete(name, options).await.map(drop)
            }
        }
    }
}
