//! Publishing by hand, as the driver rewards it.
//!
//! The driver queues a frame when a future is polled for the first time, and resolves the future
//! only after its own thread has written the frame. So one polls once, goes on, and collects later.

use std::pin::Pin;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, MaybeDone, maybe_done};
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Channel, Confirmation};

use crate::Result;

/// Something that the driver was told to do, and what came of it.
pub(super) type Told<T> = MaybeDone<BoxFuture<'static, lapin::Result<T>>>;

/// Tells the driver to do something.
pub(super) fn tell<T: 'static>(
    future: impl Future<Output = lapin::Result<T>> + Send + 'static,
) -> Told<T> {
    let mut told = maybe_done(future.boxed());
    poll(&mut told);
    told
}

/// Looks whether something has come of it, without being woken when it does.
pub(super) fn poll<T>(told: &mut Told<T>) -> bool {
    told.now_or_never().is_some()
}

/// What has come of it, if anything has.
pub(super) fn outcome<T>(told: &mut Told<T>) -> Option<&mut lapin::Result<T>> {
    Pin::new(told).output_mut()
}

/// Waits until something has come of it.
pub(super) async fn done<T>(mut told: Told<T>) -> Result<lapin::Result<T>> {
    (&mut told).await;
    let result = Pin::new(&mut told).take_output();
    result.ok_or_else(|| "this was collected before".into())
}

/// Publishes a persistent, mandatory message to a queue.
pub(in crate::rabbit) fn publish(
    channel: &Channel,
    queue: &str,
    data: Vec<u8>,
    id: String,
) -> Told<Confirmation> {
    /// Written to disk before it is confirmed.
    const PERSISTENT: u8 = 2;
    let properties = BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type("application/json".into())
        .with_message_id(id.into());
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let (channel, queue) = (channel.clone(), queue.into());
    tell(async move {
        let published = channel.basic_publish("".into(), queue, options, &data, properties);
        published.await?.await
    })
}

/// Waits until a message is confirmed.
pub(in crate::rabbit) async fn confirmed(published: Told<Confirmation>) -> Result<()> {
    check(&done(published).await?)
}

/// Only this is a confirmation: anything else was refused, returned, or never asked for.
pub(super) fn check(result: &lapin::Result<Confirmation>) -> Result<()> {
    match result {
        Ok(Confirmation::Ack(None)) => Ok(()),
        other => Err(format!("not confirmed: {other:?}").into()),
    }
}
