//! Faults of the services of AWS, and of the network to them.

use beehive_tests::gate::{Fault, Gate, Rule};
use fastrand::Rng;
use tokio::time::sleep;

use super::between;
use crate::Result;
use crate::plan::FaultKind;
use crate::rig::Rig;

pub(super) async fn strike(kind: FaultKind, rig: &Rig, dice: &mut Rng) -> Result<()> {
    let lives = rig.crew.lives().await;
    let strike = rig.journal.strike(kind.name(), &lives);
    if kind == FaultKind::ResetStores {
        rig.stage.gates().iter().for_each(Gate::reset_all);
    } else {
        let rules = rules(kind, dice);
        for gate in rig.stage.gates() {
            gate.set(rules.clone());
        }
        sleep(between(dice, 2_000, 8_000)).await;
        rig.stage.heal().await?;
    }
    rig.journal.over(strike);
    Ok(())
}

/// What happens to which share of the requests.
fn rules(kind: FaultKind, dice: &mut Rng) -> Vec<Rule> {
    let share = |dice: &mut Rng, most: f64| 0.1 + dice.f64() * (most - 0.1);
    match kind {
        FaultKind::DelayStores => {
            let delay = between(dice, 100, 1_500);
            vec![Rule::new(Fault::Delay(delay)).with_share(share(dice, 1.0))]
        }
        FaultKind::SwallowStores => {
            vec![Rule::new(Fault::Hang).with_share(share(dice, 1.0))]
        }
        FaultKind::ThrottleStores => vec![
            Rule::new(Fault::Throttle).with_share(share(dice, 0.8)),
            Rule::new(Fault::Part).with_share(share(dice, 0.5)),
        ],
        FaultKind::FailStores => vec![
            Rule::new(Fault::Fail).with_share(share(dice, 0.8)),
            Rule::new(Fault::Conflict).with_share(share(dice, 0.5)),
            Rule::new(Fault::Lose).with_share(share(dice, 0.3)),
        ],
        _ => vec![
            Rule::new(Fault::Swallow).with_share(share(dice, 0.4)),
            Rule::new(Fault::Deny).with_share(share(dice, 0.3)),
        ],
    }
}
