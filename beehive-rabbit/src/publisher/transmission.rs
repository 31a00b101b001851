//! Sends a window on a channel and collects what comes back.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use lapin::options::BasicPublishOptions;
use lapin::{Channel, Confirmation, PublisherConfirm};

use super::Message;
use super::judgement::{Answer, Mark};

/// A window on its way.
pub(super) struct Transmission<'a> {
    marks: Vec<Mark>,
    sizes: Vec<usize>,
    slots: Vec<Slot<'a>>,
}

/// What became of a window.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) window: Vec<(Mark, Answer)>,
    /// Of the bodies, in bytes.
    pub(super) sizes: Vec<usize>,
    pub(super) returned: Vec<Mark>,
    /// Why answers are missing, if the driver says: what the broker said rather than that the
    /// channel is closed.
    pub(super) error: Option<lapin::Error>,
}

impl Outcome {
    /// Whether the broker ended the channel, and not the whole connection, because of a message.
    pub(super) fn broker_ended_channel(&self) -> bool {
        self.error
            .as_ref()
            .is_some_and(lapin::Error::is_amqp_soft_error)
    }
}

type Sending<'a> = Pin<Box<dyn Future<Output = lapin::Result<PublisherConfirm>> + Send + 'a>>;

/// One message on its way.
#[expect(
    clippy::large_enum_variant,
    reason = "every slot ends as the large one, which a box would only move"
)]
enum Slot<'a> {
    /// Its frames wait for the socket.
    Sending(Sending<'a>),
    /// The broker has it.
    Sent(PublisherConfirm),
    Done(lapin::Result<Confirmation>),
}

impl<'a> Transmission<'a> {
    /// Queues the frames of all messages, in order, without waiting for any.
    pub(super) fn start(
        channel: &'a Channel,
        options: BasicPublishOptions,
        messages: Vec<Message>,
    ) -> Self {
        let mut marks = Vec::with_capacity(messages.len());
        let mut sizes = Vec::with_capacity(messages.len());
        let mut slots = Vec::with_capacity(messages.len());
        for message in messages {
            marks.push(Mark {
                exchange: message.exchange.clone(),
                routing_key: message.routing_key.clone(),
                id: message.properties.message_id().clone(),
            });
            sizes.push(message.body.len());
            let mut slot = Slot::Sending(Box::pin(send(channel, options, message)));
            // The driver queues the frames at the first poll. Each is looked at again when the
            // window is waited for, so nobody needs to be woken by this one.
            slot.poll(&mut Context::from_waker(Waker::noop()))
                .is_ready();
            slots.push(slot);
        }
        Self {
            marks,
            sizes,
            slots,
        }
    }

    /// Waits until all are answered, or will not be.
    ///
    /// # Cancel safety
    /// May be called again.
    pub(super) async fn finished(&mut self) {
        // The last is usually answered last, and then none of the others needs a wake-up of its own.
        for slot in self.slots.iter_mut().rev() {
            std::future::poll_fn(|context| slot.poll(context)).await;
        }
    }

    /// What became of the window, by now.
    pub(super) fn outcome(self) -> Outcome {
        let mut returned = Vec::new();
        let mut error: Option<lapin::Error> = None;
        let mut answers = Vec::with_capacity(self.slots.len());
        for mut slot in self.slots {
            slot.poll(&mut Context::from_waker(Waker::noop()))
                .is_ready();
            answers.push(match slot {
                Slot::Done(Ok(Confirmation::Ack(message))) => {
                    returned.extend(message.map(|message| mark_of(&message)));
                    Answer::Confirmed
                }
                Slot::Done(Ok(Confirmation::Nack(message))) => {
                    returned.extend(message.map(|message| mark_of(&message)));
                    Answer::Refused
                }
                Slot::Done(Err(failure)) => {
                    if error.as_ref().is_none_or(|error| !error.is_amqp_error()) {
                        error = Some(failure);
                    }
                    Answer::Missing
                }
                // Not requested: the channel would not be in confirm mode.
                Slot::Done(Ok(Confirmation::NotRequested)) | Slot::Sending(_) | Slot::Sent(_) => {
                    Answer::Missing
                }
            });
        }
        Outcome {
            window: self.marks.into_iter().zip(answers).collect(),
            sizes: self.sizes,
            returned,
            error,
        }
    }
}

async fn send(
    channel: &Channel,
    options: BasicPublishOptions,
    message: Message,
) -> lapin::Result<PublisherConfirm> {
    channel
        .basic_publish(
            message.exchange,
            message.routing_key,
            options,
            &message.body,
            message.properties,
        )
        .await
}

fn mark_of(returned: &lapin::message::BasicReturnMessage) -> Mark {
    Mark {
        exchange: returned.exchange.clone(),
        routing_key: returned.routing_key.clone(),
        id: returned.properties.message_id().clone(),
    }
}

impl Slot<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            *self = match self {
                Self::Sending(sending) => match sending.as_mut().poll(context) {
                    Poll::Ready(Ok(confirm)) => Self::Sent(confirm),
                    Poll::Ready(Err(error)) => Self::Done(Err(error)),
                    Poll::Pending => return Poll::Pending,
                },
                Self::Sent(confirm) => match Pin::new(confirm).poll(context) {
                    Poll::Ready(result) => Self::Done(result),
                    Poll::Pending => return Poll::Pending,
                },
                Self::Done(_) => return Poll::Ready(()),
            };
        }
    }
}
