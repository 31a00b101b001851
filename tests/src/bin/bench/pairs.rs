//! Interleaved pairs: ours, bare, ours, bare.

use std::time::Duration;

use crate::Result;
use crate::machine::{Usage, Used};
use crate::report::count;

/// A pair counts as disturbed when others used more than this share of the machine meanwhile.
const DISTURBED: f64 = 0.1;

/// Pairs of runs, ours and the bare reference's.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    all: Vec<(Used, Used)>,
}

/// A middle value and where most values lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    /// Half of the values are below.
    pub(crate) median: f64,
    /// A quarter of the values is below.
    pub(crate) low: f64,
    /// A quarter of the values is above.
    pub(crate) high: f64,
}

impl Pairs {
    /// Runs both in turn, once to warm up and then `count` times, each first every other time.
    pub(crate) fn take(
        count: usize,
        mut ours: impl FnMut() -> Result<Used>,
        mut bare: impl FnMut() -> Result<Used>,
    ) -> Result<Self> {
        ours()?;
        bare()?;
        let mut pairs = Self::default();
        for number in 0..count {
            pairs.all.push(if number % 2 == 0 {
                let ours = ours()?;
                (ours, bare()?)
            } else {
                let bare = bare()?;
                (ours()?, bare)
            });
        }
        Ok(pairs)
    }

    /// How many pairs there are, and how many of them were not disturbed.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let calm = self.all.iter().filter(|pair| is_calm(pair)).count();
        (self.all.len(), calm)
    }

    /// Our throughput over the bare one's.
    pub(crate) fn throughput(&self) -> Spread {
        self.spread(|ours, bare| bare.elapsed.as_secs_f64() / ours.elapsed.as_secs_f64())
    }

    /// Our processor time over the bare one's.
    pub(crate) fn processor(&self) -> Spread {
        self.spread(|ours, bare| ours.own.as_secs_f64() / bare.own.as_secs_f64())
    }

    /// Processor time that this process, the bare one, and the companion in our runs used.
    pub(crate) fn processor_times(&self) -> [Duration; 3] {
        [
            self.duration(|ours, _| ours.own),
            self.duration(|_, bare| bare.own),
            self.duration(|ours, _| ours.companion),
        ]
    }

    /// How often a thread was woken in our runs, and in the bare ones.
    pub(crate) fn wake_ups(&self) -> (f64, f64) {
        let ours = self.spread(|ours, _| count(ours.wake_ups));
        let bare = self.spread(|_, bare| count(bare.wake_ups));
        (ours.median, bare.median)
    }

    /// How long ours took.
    pub(crate) fn ours(&self) -> Duration {
        self.duration(|ours, _| ours.elapsed)
    }

    /// How long the bare one took.
    pub(crate) fn bare(&self) -> Duration {
        self.duration(|_, bare| bare.elapsed)
    }

    fn duration(&self, figure: impl Fn(&Used, &Used) -> Duration) -> Duration {
        let seconds = self.spread(|ours, bare| figure(ours, bare).as_secs_f64());
        Duration::try_from_secs_f64(seconds.median).unwrap_or_default()
    }

    /// Of the pairs that were not disturbed, if they are enough; else of all.
    fn spread(&self, figure: impl Fn(&Used, &Used) -> f64) -> Spread {
        let calm = calm_if_enough(&self.all, is_calm);
        Spread::of(calm.map(|(ours, bare)| figure(ours, bare)))
    }
}

impl FromIterator<(Used, Used)> for Pairs {
    fn from_iter<T: IntoIterator<Item = (Used, Used)>>(pairs: T) -> Self {
        Self {
            all: pairs.into_iter().collect(),
        }
    }
}

impl Spread {
    /// The spread of these values; of none it is not a number.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |quarter: usize| {
            let place = (values.len().saturating_sub(1) * quarter + 2) / 4;
            values.get(place).copied().unwrap_or(f64::NAN)
        };
        Self {
            median: at(2),
            low: at(1),
            high: at(3),
        }
    }
}

/// Measures one run.
pub(crate) fn measured(run: impl FnOnce() -> Result<()>) -> Result<Used> {
    let before = Usage::now()?;
    run()?;
    before.until_now()
}

/// Those that were not disturbed, if they are enough; else all.
pub(crate) fn calm_if_enough<'a, T>(
    all: &'a [T],
    is_calm: impl Fn(&T) -> bool + 'a,
) -> impl Iterator<Item = &'a T> {
    let calm = all.iter().filter(|it| is_calm(it)).count();
    let enough = calm >= 5.min(all.len());
    all.iter().filter(move |it| !enough || is_calm(it))
}

/// Whether others left the machine alone meanwhile.
pub(crate) fn was_calm(used: &Used) -> bool {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let processors = u32::try_from(processors).unwrap_or(u32::MAX);
    used.others.as_secs_f64() < DISTURBED * (used.elapsed * processors).as_secs_f64()
}

fn is_calm((ours, bare): &(Used, Used)) -> bool {
    was_calm(ours) && was_calm(bare)
}
