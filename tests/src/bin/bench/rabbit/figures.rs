//! How what was measured is told.

use beehive_rabbit::QueueType;

use super::hop::Hop;
use crate::Result;
use crate::pairs::{Pairs, Spread};
use crate::report::{Report, Target, count, per_second};
use crate::rounds::Rounds;

/// A hop's name in the figures, and what is aimed at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) name: &'static str,
    pub(super) ratio: Target,
    pub(super) processor: Target,
}

/// The name under which our program takes part.
pub(super) const OURS: &str = "ours";

/// The bare program that is best nearly everywhere, of those that promise the same.
pub(super) const BEST: &str = "runs";

/// The bare program that takes more than it works at, and so promises less.
pub(super) const AHEAD: &str = "ahead";

/// Reports ours over the best of the bare programs that promise the same, and over each of them.
pub(super) fn compare(
    report: &mut Report,
    told: Told,
    hop: Hop,
    rounds: &Rounds,
    bare: &[&'static str],
) -> Result<()> {
    let key = format!("hop_{}", told.name);
    let equals: Vec<_> = bare.iter().copied().filter(|name| *name != AHEAD).collect();
    let best = rounds.fastest(&equals)?;
    let pairs = rounds.pairs(OURS, best);
    let [ours, others] = [pairs.ours(), pairs.bare()].map(|it| per_second(hop.events, it));
    row(
        report,
        format!("{key}: {ours} events/s, {best} {others}"),
        pairs.throughput(),
        &pairs,
        told.ratio,
    );
    report.put_spread(&format!("{key}_ratio"), pairs.throughput());
    report.figure(format!("{key}_per_second"), ours);
    report.figure(format!("{key}_bare_per_second"), others);
    report.figure(format!("{key}_bare"), best);
    for name in bare {
        let over = rounds.pairs(OURS, name).throughput();
        report.figure(format!("{key}_over_{name}_ratio"), over.median);
    }
    let (all, calm) = pairs.counts();
    report.figure(format!("{key}_pairs"), all);
    report.figure(format!("{key}_pairs_calm"), calm);
    processor(report, told, hop, &pairs);
    Ok(())
}

/// Reports ours over a program of others.
pub(super) fn compare_with_peer(
    report: &mut Report,
    peer: &str,
    confirms: &str,
    hop: Hop,
    rounds: &Rounds,
) {
    let key = match hop.queue_type {
        QueueType::Classic => format!("peer_{peer}"),
        _ => format!("peer_{peer}_quorum"),
    };
    let target = if peer == "ruststream" || peer == "apalis" {
        "1.0 (1.2)"
    } else {
        ""
    };
    let pairs = rounds.pairs(OURS, peer);
    let [ours, theirs] = [pairs.ours(), pairs.bare()].map(|it| per_second(hop.events, it));
    let what = format!("{key}: {ours} events/s, {peer} {theirs}; confirms: {confirms}");
    row(report, what, pairs.throughput(), &pairs, target);
    report.put_spread(&format!("{key}_ratio"), pairs.throughput());
    report.put_spread(&format!("{key}_cpu_ratio"), pairs.processor());
    report.figure(format!("{key}_per_second"), theirs);
}

fn processor(report: &mut Report, told: Told, hop: Hop, pairs: &Pairs) {
    let key = format!("cpu_{}", told.name);
    let microseconds = |used: std::time::Duration| used.as_secs_f64() * 1e6 / count(hop.events);
    let [ours, bare, broker] = pairs.processor_times().map(microseconds);
    row(
        report,
        format!("{key}: {ours:.0} us a hop, bare {bare:.0}; the broker {broker:.0}"),
        pairs.processor(),
        pairs,
        told.processor,
    );
    report.put_spread(&format!("{key}_ratio"), pairs.processor());
    report.figure(format!("{key}_us"), ours);
    report.figure(format!("{key}_bare_us"), bare);
    report.figure(format!("{key}_broker_us"), broker);
}

fn row(report: &mut Report, what: String, spread: Spread, pairs: &Pairs, target: Target) {
    let (all, calm) = pairs.counts();
    report.row([
        what,
        format!("{:.3}", spread.median),
        format!(
            "{:.3} to {:.3}, {calm} of {all} pairs calm",
            spread.low, spread.high
        ),
        target.into(),
    ]);
}
