//! What a person sees while the orders go through.

use std::io::{IsTerminal, stdout};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::SummaryFormat;

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Orders placed so far.
    pub placed: usize,
    /// Orders shipped so far.
    pub shipped: usize,
    /// Orders cancelled so far.
    pub cancelled: usize,
}

impl Tally {
    /// Orders that have ended.
    pub fn settled(self) -> usize {
        self.shipped + self.cancelled
    }

    /// Orders placed that have not ended.
    pub fn in_flight(self) -> usize {
        self.placed.saturating_sub(self.settled())
    }
}

/// A progress bar on standard error, or nothing where nobody would see it.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// The progress of so many orders: shown to a person at a terminal, hidden from everything
    /// else.
    pub fn new(orders: u32, format: SummaryFormat) -> Self {
        let target = if format == SummaryFormat::Human && stdout().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar =
            ProgressBar::with_draw_target(Some(u64::from(orders)), target).with_style(style());
        Self { bar }
    }

    /// Shows how far the run is.
    pub fn update(&self, tally: Tally) {
        self.bar
            .set_position(u64::try_from(tally.settled()).unwrap_or(u64::MAX));
        self.bar.set_message(message(tally));
    }

    /// Runs `print` with the bar out of the way, so that lines do not break into it.
    pub fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    // The template is checked by a test; the plain bar is for the day someone breaks both.
    ProgressStyle::with_template(TEMPLATE)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}

const TEMPLATE: &str = "{bar:40.yellow} {pos}/{len} orders  {msg}  {elapsed}";

fn message(tally: Tally) -> String {
    format!(
        "{} shipped · {} cancelled · {} in flight",
        tally.shipped,
        tally.cancelled,
        tally.in_flight()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_what_became_of_the_orders() {
        let tally = Tally {
            placed: 100,
            shipped: 40,
            cancelled: 5,
        };
        assert_eq!(message(tally), "40 shipped · 5 cancelled · 55 in flight");
    }

    #[test]
    fn the_template_is_valid() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }

    #[test]
    fn a_hidden_bar_keeps_count_in_silence() {
        let progress = Progress::new(10, SummaryFormat::Json);
        progress.update(Tally {
            placed: 10,
            shipped: 3,
            cancelled: 1,
        });
        assert!(progress.bar.is_hidden());
        assert_eq!(progress.bar.position(), 4);
        progress.finish();
    }
}
