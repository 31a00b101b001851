//! What a person sees while the orders go through.

use std::io::{IsTerminal, stdout};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{Options, SummaryFormat};

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
    /// The progress of the orders: shown to a person at a terminal, unless that person asked for a
    /// line per event; hidden from everything else.
    pub fn new(options: &Options) -> Self {
        let is_watched = options.summary == SummaryFormat::Human && stdout().is_terminal();
        let target = if is_watched && !options.verbose {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let orders = u64::from(options.orders);
        let bar = ProgressBar::with_draw_target(Some(orders), target).with_style(style());
        Self { bar }
    }

    /// Shows how far the run is.
    pub fn update(&self, tally: Tally) {
        self.bar
            .set_position(u64::try_from(tally.settled()).unwrap_or(u64::MAX));
        self.bar.set_message(message(tally));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
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
    use crate::cli::Cli;

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
        let cli = Cli::try_from_args(["prismo", "--orders", "10", "--summary", "json"]).unwrap();
        let progress = Progress::new(&cli.options);
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
