//! Runs of ours and of a program by hand, in turn.

use super::cloud::Taken;
use super::counted::Requests;
use crate::Result;
use crate::pairs::{Pairs, Spread};
use crate::report::{Report, Target, count};

/// Runs of ours and of a program by hand, side by side.
#[derive(Debug)]
pub(super) struct Beside {
    pub(super) pairs: Pairs,
    ours: Vec<Requests>,
    bare: Vec<Requests>,
}

/// What is told of both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    /// Before the names of the figures.
    pub(super) key: &'a str,
    /// How many of what is counted were in each run.
    pub(super) times: u64,
    /// Which requests count.
    pub(super) count: fn(Requests) -> u64,
    /// How many requests a thousand of them are to take.
    pub(super) requests: Target,
    /// What processor time is to be, over that by hand.
    pub(super) processor: Target,
}

impl Beside {
    /// Runs both in turn, once to warm up and then so many times, each first every other time. They are
    /// told the number of the round.
    pub(super) async fn take(
        rounds: usize,
        ours: impl AsyncFn(usize) -> Result<Taken>,
        bare: impl AsyncFn(usize) -> Result<Taken>,
    ) -> Result<Self> {
        let mut all = Vec::with_capacity(rounds);
        for round in 0..=rounds {
            let pair = if round % 2 == 0 {
                let ours = ours(round).await?;
                (ours, bare(round).await?)
            } else {
                let bare = bare(round).await?;
                (ours(round).await?, bare)
            };
            if round > 0 {
                all.push(pair);
            }
        }
        Ok(Self {
            pairs: all
                .iter()
                .map(|(ours, bare)| (ours.used, bare.used))
                .collect(),
            ours: all.iter().map(|(ours, _)| ours.requests).collect(),
            bare: all.iter().map(|(_, bare)| bare.requests).collect(),
        })
    }

    /// Reports requests and processor time.
    pub(super) fn report(&self, report: &mut Report, told: Told<'_>) {
        self.requests(report, told);
        self.processor(report, told);
    }

    fn requests(&self, report: &mut Report, told: Told<'_>) {
        let key = format!("{}_requests_per_1000", told.key);
        let [ours, bare] = [&self.ours, &self.bare].map(|all| {
            let all = all.iter().map(|requests| (told.count)(*requests));
            Spread::of(all.map(|requests| count(requests) * 1000.0 / count(told.times)))
        });
        report.row([
            format!("{key}: {:.0}, by hand {:.0}", ours.median, bare.median),
            format!("{:.3}", ours.median / bare.median),
            format!("{:.0} to {:.0}", ours.low, ours.high),
            told.requests.into(),
        ]);
        report.put_spread(&key, ours);
        report.figure(format!("{key}_bare"), bare.median);
    }

    fn processor(&self, report: &mut Report, told: Told<'_>) {
        let key = format!("{}_cpu", told.key);
        let microseconds = |used: std::time::Duration| used.as_secs_f64() * 1e6 / count(told.times);
        let [ours, bare, _] = self.pairs.processor_times().map(microseconds);
        self.row(
            report,
            format!("{key}: {ours:.0} us each, by hand {bare:.0}"),
            self.pairs.processor(),
            told.processor,
        );
        report.put_spread(&format!("{key}_ratio"), self.pairs.processor());
        report.figure(format!("{key}_us"), ours);
        report.figure(format!("{key}_bare_us"), bare);
    }

    /// Adds a line that compares.
    pub(super) fn row(&self, report: &mut Report, what: String, ratio: Spread, target: Target) {
        let (all, calm) = self.pairs.counts();
        report.row([
            what,
            format!("{:.3}", ratio.median),
            format!(
                "{:.3} to {:.3}, {calm} of {all} pairs calm",
                ratio.low, ratio.high
            ),
            target.into(),
        ]);
    }

    /// The middle of our requests of one kind, and of those by hand.
    pub(super) fn of_kind(&self, kind: impl Fn(&Requests) -> u64) -> [f64; 2] {
        [&self.ours, &self.bare].map(|all| Spread::of(all.iter().map(|it| count(kind(it)))).median)
    }
}
