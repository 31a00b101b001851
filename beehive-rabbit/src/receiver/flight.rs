//! Tells the broker what became of deliveries.

use beehive_core::Result;
use futures_util::future::join_all;
use lapin::Channel;
use lapin::options::{BasicAckOptions, BasicNackOptions, BasicRejectOptions};

use super::outstanding::Frame;
use crate::error::converted;

/// Writes these frames in this order.
///
/// All are on their way with the first poll, and all are waited for: the driver resolves a frame
/// only when it was written to the socket.
///
/// # Errors
/// If any was not written, or the channel was closed meanwhile: the broker drops what comes over a
/// channel that it closes, and the driver does not say so.
pub(super) async fn write(channel: &Channel, frames: Vec<Frame>) -> Result<()> {
    let written = match frames.as_slice() {
        [frame] => send(channel, *frame).await,
        frames => join_all(frames.iter().map(|frame| send(channel, *frame)))
            .await
            .into_iter()
            .collect(),
    };
    written.map_err(|error| converted("settle", error))?;
    if channel.status().connected() {
        return Ok(());
    }
    let state = lapin::ErrorKind::InvalidChannel(channel.id());
    Err(converted("settle", state.into()))
}

async fn send(channel: &Channel, frame: Frame) -> lapin::Result<()> {
    match frame {
        Frame::Ack(tag) => {
            let options = BasicAckOptions { multiple: false };
            channel.basic_ack(tag, options).await
        }
        Frame::AckUpTo(tag) => {
            let options = BasicAckOptions { multiple: true };
            channel.basic_ack(tag, options).await
        }
        Frame::HandBack(tag) => {
            let options = BasicNackOptions {
                multiple: false,
                requeue: true,
            };
            channel.basic_nack(tag, options).await
        }
        Frame::Reject(tag) => {
            let options = BasicRejectOptions { requeue: true };
            channel.basic_reject(tag, options).await
        }
    }
}
