//! Faults of the queue, and of the network to it.

use beehive_tests::proxy::Passage;
use beehive_tests::services::Broker;
use fastrand::Rng;
use tokio::time::sleep;

use super::between;
use crate::Result;
use crate::plan::FaultKind;
use crate::rig::Rig;
use crate::stage::{Broken, Door};

pub(super) async fn strike(kind: FaultKind, rig: &Rig, dice: &mut Rng) -> Result<()> {
    let lives = rig.crew.lives().await;
    let strike = rig.journal.strike(kind.name(), &lives);
    match kind {
        FaultKind::KillBroker | FaultKind::CloseConnections | FaultKind::MemoryAlarm => {
            if let Broken::Broker(broker) = rig.stage.broken() {
                strike_broker(kind, broker, dice).await?;
            }
        }
        FaultKind::DelayQueue => {
            let delay = between(dice, 50, 400);
            set(rig, Passage::Delayed(delay));
            sleep(between(dice, 3_000, 8_000)).await;
            set(rig, Passage::Open);
        }
        FaultKind::SwallowQueue => {
            // The others go on, and get what it had when the broker misses it.
            let door = rig.crew.door(dice.usize(..rig.crew.len()));
            door.queue().set_both(Passage::BlackHole);
            sleep(between(dice, 12_000, 30_000)).await;
            door.queue().set_both(Passage::Open);
        }
        _ => doors(rig).for_each(|door| door.queue().reset_all()),
    }
    rig.journal.over(strike);
    Ok(())
}

async fn strike_broker(kind: FaultKind, broker: &Broker, dice: &mut Rng) -> Result<()> {
    match kind {
        FaultKind::KillBroker => {
            broker.kill().await?;
            sleep(between(dice, 0, 3_000)).await;
            broker.start_again().await?;
        }
        FaultKind::MemoryAlarm => {
            broker.raise_memory_alarm().await?;
            sleep(between(dice, 2_000, 8_000)).await;
            broker.clear_memory_alarm().await?;
        }
        _ => broker.close_all_connections().await?,
    }
    Ok(())
}

fn set(rig: &Rig, passage: Passage) {
    doors(rig).for_each(|door| door.queue().set_both(passage));
}

/// The ways of all processes to the queue.
fn doors(rig: &Rig) -> impl Iterator<Item = &Door> {
    let workers = (0..rig.crew.len()).map(|place| rig.crew.door(place));
    workers.chain([&rig.entrance])
}
