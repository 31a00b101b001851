//! What can be measured.

use std::sync::Arc;

use beehive_rabbit::QueueType;
use clap::ValueEnum;
use tokio::runtime::Runtime;

use super::bare::{Bare, Connections, Settling};
use super::broker::Broker;
use super::figures::{AHEAD, OURS, Told, compare};
use super::hop::Hop;
use super::peers::Peers;
use super::queues::Queues;
use super::{idle, latency, ours, peers, start};
use crate::Result;
use crate::machine::Used;
use crate::report::Report;
use crate::rounds::{Contender, Rounds};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Measure {
    /// The hop on quorum queues, 64 in flight, 256 bytes, one follow-up.
    #[value(name = "quorum-64")]
    Quorum64,
    /// On classic queues.
    #[value(name = "classic-64")]
    Classic64,
    /// One after the other.
    #[value(name = "quorum-1")]
    Quorum1,
    /// One after the other, on classic queues.
    #[value(name = "classic-1")]
    Classic1,
    /// 256 in flight.
    #[value(name = "quorum-256")]
    Quorum256,
    /// 256 in flight, on classic queues.
    #[value(name = "classic-256")]
    Classic256,
    /// 4 KiB.
    #[value(name = "quorum-64-4k")]
    Quorum64Large,
    /// 4 KiB, on classic queues.
    #[value(name = "classic-64-4k")]
    Classic64Large,
    /// Nothing follows.
    #[value(name = "quorum-64-no-follow-up")]
    Quorum64NoFollowUp,
    /// Two events follow.
    #[value(name = "quorum-64-two-follow-ups")]
    Quorum64TwoFollowUps,
    /// Programs of others, on classic queues, which all of them can use.
    Peers,
    /// Those that can, on quorum queues.
    PeersQuorum,
    /// How long an event takes through two actors at a steady rate.
    Latency,
    /// How long a hive of a hundred actors takes to start.
    Start,
    /// A thousand subscriptions without an event.
    Idle,
}

/// What all measurements are taken with.
pub(super) struct Bench {
    pub(super) runtime: Runtime,
    /// What the program by hand runs on: it has one task.
    pub(super) by_hand: Runtime,
    pub(super) broker: Arc<Broker>,
    pub(super) rounds: usize,
    pub(super) events: u64,
    pub(super) peers: Peers,
}

/// The bare programs, by their names in the figures.
pub(super) const BARE: [(&str, Settling, Connections); 5] = [
    ("single", Settling::Single, Connections::One),
    ("runs", Settling::Runs, Connections::One),
    (AHEAD, Settling::RunsAhead, Connections::One),
    ("single_apart", Settling::Single, Connections::Two),
    ("runs_apart", Settling::Runs, Connections::Two),
];

impl Measure {
    /// Measures it, and adds it to the report.
    pub(super) fn take(self, bench: &Bench, report: &mut Report) -> Result<()> {
        const LARGE: usize = 4_096;
        let quorum = Hop::new(QueueType::Quorum, bench.events);
        let classic = Hop::new(QueueType::Classic, bench.events);
        let (many, few) = ("0.9 (1.15)", "0.85 (1.0)");
        let in_flight = |in_flight, hop| Hop { in_flight, ..hop };
        let following = |follow_ups, hop| Hop { follow_ups, ..hop };
        let large = |hop| Hop { body: LARGE, ..hop };
        // One after the other takes many times as long, and needs no more events to be seen.
        let sequential = |hop: Hop| Hop {
            events: hop.events.div_ceil(4),
            ..in_flight(1, hop)
        };
        let (name, ratio, hop) = match self {
            Self::Quorum64 => ("quorum_64", many, quorum),
            Self::Classic64 => ("classic_64", many, classic),
            Self::Quorum1 => ("quorum_1", few, sequential(quorum)),
            Self::Classic1 => ("classic_1", few, sequential(classic)),
            Self::Quorum256 => ("quorum_256", many, in_flight(256, quorum)),
            Self::Classic256 => ("classic_256", many, in_flight(256, classic)),
            Self::Quorum64Large => ("quorum_64_4k", few, large(quorum)),
            Self::Classic64Large => ("classic_64_4k", few, large(classic)),
            Self::Quorum64NoFollowUp => ("quorum_64_no_follow_up", few, following(0, quorum)),
            Self::Quorum64TwoFollowUps => ("quorum_64_two_follow_ups", few, following(2, quorum)),
            Self::Peers => return peers::compare(bench, classic, report),
            Self::PeersQuorum => return peers::compare(bench, quorum, report),
            Self::Latency => return latency::compare(bench, report),
            Self::Start => return start::measure(bench, report),
            Self::Idle => return idle::measure(bench, report),
        };
        let told = Told {
            name,
            ratio,
            processor: "1.3 (0.9)",
        };
        let rounds = Rounds::take(bench.rounds, bench.contenders(hop))?;
        compare(report, told, hop, &rounds, &BARE.map(|(name, ..)| name))
    }
}

impl Bench {
    /// Ours, and the bare programs.
    pub(super) fn contenders(&self, hop: Hop) -> Vec<Contender<'_>> {
        let mut contenders = vec![Contender::new(OURS, move || {
            self.runtime.block_on(ours::run(&self.broker, hop))
        })];
        for (name, settling, connections) in BARE {
            let run = move || self.by_hand.block_on(self.run_bare(hop, settling, connections));
            contenders.push(Contender::new(name, run));
        }
        contenders
    }

    async fn run_bare(
        &self,
        hop: Hop,
        settling: Settling,
        connections: Connections,
    ) -> Result<Used> {
        let queues = Queues::of_a_hop(self.broker.url(), hop.queue_type).await?;
        queues.fill(hop).await?;
        let bare = Bare {
            broker: &self.broker,
            hop,
            settling,
            connections,
            source: queues.source(),
            target: queues.target(),
        };
        let used = bare.run(|_| {}).await?;
        queues.account(hop).await?;
        queues.remove().await?;
        Ok(used)
    }
}
