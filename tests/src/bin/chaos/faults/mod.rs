//! The faults, and how each of them strikes.

mod events;
mod queue;
mod stores;
mod tap;
mod workers;

use std::time::Duration;

use fastrand::Rng;

pub(crate) use self::tap::Tap;
use crate::Result;
use crate::plan::{FaultKind, Target};
use crate::rig::Rig;

/// What can bear one fault at a time is held while one strikes.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    queue: tokio::sync::Mutex<()>,
    stores: tokio::sync::Mutex<()>,
}

/// Has a fault strike, and returns when it is over.
///
/// # Errors
/// The fault could not be brought about: then the run proves nothing.
pub(crate) async fn strike(kind: FaultKind, rig: &Rig, mut dice: Rng) -> Result<()> {
    match kind.target() {
        // A worker's place is held by whoever strikes it.
        Target::Worker => workers::strike(kind, rig, &mut dice).await,
        Target::Queue => {
            let _held = rig.holds.queue.lock().await;
            queue::strike(kind, rig, &mut dice).await
        }
        Target::Stores => {
            let _held = rig.holds.stores.lock().await;
            stores::strike(kind, rig, &mut dice).await
        }
        Target::Events => events::strike(kind, rig, &mut dice).await,
    }
}

/// Any time between these two, in milliseconds.
fn between(dice: &mut Rng, least: u64, most: u64) -> Duration {
    Duration::from_millis(dice.u64(least..=most))
}
