//! Ours and the programs of others, in turn.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::timeout;

use super::peer::{PEERS, Peers, Program, last_lines};
use crate::Result;
use crate::machine::Used;
use crate::rabbit::figures::{BEST, OURS, compare_with_peer};
use crate::rabbit::hop::Hop;
use crate::rabbit::measure::Bench;
use crate::rabbit::queues::Queues;
use crate::report::Report;
use crate::rounds::{Contender, Rounds};

/// What a peer prints at its end.
#[derive(Debug, Deserialize)]
struct Told {
    elapsed_seconds: f64,
    own_seconds: f64,
}

/// Measures ours beside all that can be built, and adds it to the report.
pub(in crate::rabbit) fn compare(bench: &Bench, hop: Hop, report: &mut Report) -> Result<()> {
    if bench.peers == Peers::None {
        return Ok(());
    }
    let mut contenders = bench.contenders(hop);
    contenders.retain(|contender| [OURS, BEST].contains(&contender.name()));
    for peer in PEERS {
        if !peer.takes_part(bench.peers, hop.queue_type) {
            continue;
        }
        match bench.runtime.block_on(peer.build()) {
            Ok(program) => {
                let run = move || bench.runtime.block_on(run(&program, bench, hop));
                contenders.push(Contender::of_others(peer.name, run));
            }
            Err(error) => report.note(format!("{} could not be built: {error}", peer.name)),
        }
    }
    let rounds = Rounds::take(bench.rounds, contenders)?;
    for dropped in rounds.dropped() {
        report.note(format!("dropped: {dropped}"));
    }
    for peer in PEERS {
        if rounds.names().any(|name| name == peer.name) {
            compare_with_peer(report, peer.name, peer.confirms, hop, &rounds);
        }
    }
    Ok(())
}

/// One run.
async fn run(program: &Program, bench: &Bench, hop: Hop) -> Result<Used> {
    const PATIENCE: Duration = Duration::from_mins(3);
    let share = program.share();
    let hop = Hop {
        events: hop.events / u64::from(share),
        ..hop
    };
    let url = bench.broker.url();
    let queues = Queues::of_a_hop(url, hop.queue_type).await?;
    queues.fill(hop).await?;
    let before = bench.broker.usage()?;
    let output = program
        .command()
        .args([url, queues.source(), queues.target()])
        .args([hop.in_flight.to_string(), hop.events.to_string()])
        .kill_on_drop(true)
        .output();
    let output = timeout(PATIENCE, output)
        .await
        .map_err(|_| "it did not end")??;
    let whole = before.until_now()?;
    if !output.status.success() {
        return Err(last_lines(&output.stderr).into());
    }
    // Frameworks print what they please before it.
    let printed = String::from_utf8_lossy(&output.stdout);
    let told: Told = serde_json::from_str(printed.lines().last().unwrap_or_default())?;
    queues.account(hop).await?;
    queues.remove().await?;
    let elapsed = Duration::try_from_secs_f64(told.elapsed_seconds)?;
    // Strangers are assumed to have been as busy during the hop as before and after it.
    let during = elapsed.as_secs_f64() / whole.elapsed.as_secs_f64();
    Ok(Used {
        elapsed: elapsed * share,
        own: Duration::try_from_secs_f64(told.own_seconds)? * share,
        others: whole.others.mul_f64(during.min(1.0)) * share,
        ..whole
    })
}
