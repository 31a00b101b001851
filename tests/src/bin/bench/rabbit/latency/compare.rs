//! Ours and the bare program, in turn.

use beehive_rabbit::QueueType;

use super::times::{RATE, Run, WARM_UP};
use super::{by_hand, through_a_hive};
use crate::Result;
use crate::pairs::{Spread, calm_if_enough, was_calm};
use crate::rabbit::hop::Hop;
use crate::rabbit::measure::Bench;
use crate::report::{Report, count};

/// Measures both in turn, and adds them to the report.
pub(in crate::rabbit) fn compare(bench: &Bench, report: &mut Report) -> Result<()> {
    let hop = Hop::new(QueueType::Quorum, WARM_UP + bench.events.min(4 * RATE));
    let ours = || {
        bench
            .runtime
            .block_on(through_a_hive::run(&bench.broker, hop))
    };
    let bare = || bench.by_hand.block_on(by_hand::run(&bench.broker, hop));
    let mut pairs = Vec::new();
    for round in 0..=bench.rounds {
        let pair = if round % 2 == 0 {
            let ours = ours()?;
            (ours, bare()?)
        } else {
            let bare = bare()?;
            (ours()?, bare)
        };
        if round > 0 {
            pairs.push(pair);
        }
    }
    for (percent, target) in [(50, "1.25 (1.1)"), (99, "1.5 (1.2)")] {
        let of = |figure: &dyn Fn(f64, f64) -> f64| {
            let calm = calm_if_enough(&pairs, |(ours, bare): &(Run, Run)| {
                was_calm(&ours.used) && was_calm(&bare.used)
            });
            let figures =
                calm.map(|(ours, bare)| figure(ours.percentile(percent), bare.percentile(percent)));
            Spread::of(figures)
        };
        let key = format!("latency_p{percent}");
        let ratio = of(&|ours, bare| ours / bare);
        let (ours, bare) = (of(&|ours, _| ours).median, of(&|_, bare| bare).median);
        report.row([
            format!(
                "{key}: {ours:.2} ms at {:.0} per second, bare {bare:.2}",
                count(RATE)
            ),
            format!("{:.3}", ratio.median),
            format!("{:.3} to {:.3}", ratio.low, ratio.high),
            target.into(),
        ]);
        report.put_spread(&format!("{key}_ratio"), ratio);
        report.figure(format!("{key}_ms"), ours);
        report.figure(format!("{key}_bare_ms"), bare);
    }
    Ok(())
}
