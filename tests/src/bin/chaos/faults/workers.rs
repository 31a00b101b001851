//! Faults of the workers' processes.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::{sleep, timeout};

use crate::Result;
use crate::fleet::Edition;
use crate::plan::FaultKind;
use crate::rig::Rig;

/// Longer than a lease, which is 30 seconds: others have its events when it goes on.
const PAUSE: Duration = Duration::from_secs(35);

/// A worker is killed in the middle of work, or after so long in whatever it does.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn strike(kind: FaultKind, rig: &Rig, dice: &mut Rng) -> Result<()> {
    let place = dice.usize(..rig.crew.len());
    let name = kind.name();
    match kind {
        FaultKind::PauseWorker => {
            until_at_work(rig, place).await;
            rig.crew.pause(place, name, PAUSE).await
        }
        FaultKind::RestartWorker => rig.crew.replace(place, name, None).await,
        FaultKind::ReplaceVersion => {
            let next = match rig.crew.edition(place).await {
                Some(Edition::Next) => Edition::Current,
                _ => Edition::Next,
            };
            rig.crew.replace(place, name, Some(next)).await
        }
        _ => {
            until_at_work(rig, place).await;
            // Not always at the beginning of an event.
            sleep(super::between(dice, 0, 30)).await;
            rig.crew.kill(place, name).await
        }
    }
    .map(drop)
}

/// Waits until a worker has something in work.
async fn until_at_work(rig: &Rig, place: usize) {
    let at_work = async {
        while rig.crew.in_work(place).await == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    // One that nothing comes to is struck as it is, and the fault counts as one that hit nothing.
    let _ = timeout(PATIENCE, at_work).await;
}
