//! The hop: receive an event, process it, publish what follows and have it confirmed, delete it.

mod by_hand;
mod finish;
mod ours;
mod places;

use std::sync::Arc;

use super::Amount;
use super::beside::{Beside, Told};
use super::cloud::Cloud;
use super::counted::Requests;
use crate::Result;
use crate::report::{Report, count, per_second};

/// Where events come from, and where those go that follow.
const TOPICS: [&str; 2] = ["Placed", "Priced"];
/// How long an event's body is, in bytes.
const BODY: usize = 256;

/// A hop, and how many events make it.
#[derive(Clone, Copy, Debug)]
struct Hop {
    /// How many events are worked on at one time.
    in_flight: u16,
    /// How many events make the hop.
    events: u64,
}

/// Measures ours beside loops by hand, which take ten events at a time, one loop for every ten in flight.
pub(super) async fn compare(
    cloud: &Arc<Cloud>,
    amount: Amount,
    in_flight: u16,
    report: &mut Report,
) -> Result<()> {
    let hop = Hop {
        in_flight,
        events: amount.events,
    };
    let beside = Beside::take(
        amount.rounds,
        async |_| ours::run(cloud, hop).await,
        async |_| by_hand::run(cloud, hop).await,
    )
    .await?;
    let key = format!("aws_hop_{in_flight}");
    let (ours, bare) = (beside.pairs.ours(), beside.pairs.bare());
    let [ours, bare] = [ours, bare].map(|took| per_second(hop.events, took));
    let ratio = beside.pairs.throughput();
    let what = format!("{key}: {ours} events/s, by hand {bare}");
    beside.row(report, what, ratio, "");
    report.put_spread(&format!("{key}_ratio"), ratio);
    report.figure(format!("{key}_per_second"), ours);
    report.figure(format!("{key}_bare_per_second"), bare);
    for (kind, [ours, bare]) in [
        ("receive", beside.of_kind(|requests| requests.receive)),
        ("publish", beside.of_kind(|requests| requests.publish)),
        ("delete", beside.of_kind(|requests| requests.delete)),
        ("hold", beside.of_kind(|requests| requests.hold)),
    ] {
        let per_thousand = |requests: f64| requests * 1000.0 / count(hop.events);
        let key = format!("{key}_{kind}_per_1000");
        report.row([
            format!("{key}, by hand {:.0}", per_thousand(bare)),
            format!("{:.0}", per_thousand(ours)),
            "requests".into(),
            String::new(),
        ]);
        report.figure(key, per_thousand(ours));
    }
    let told = Told {
        key: &key,
        times: hop.events,
        count: Requests::of_events,
        requests: "330 (310)",
        processor: "",
    };
    beside.report(report, told);
    Ok(())
}
