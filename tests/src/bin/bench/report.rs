//! What is printed at the end.

use std::fmt::Display;

use clap::ValueEnum;
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use serde_json::{Map, Value, json};

use crate::pairs::{Pairs, Spread};

/// How the figures are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Summary {
    /// A table.
    Human,
    /// One line of JSON.
    Json,
}

/// All figures of one run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<[String; 4]>,
    figures: Map<String, Value>,
}

/// What is aimed at, as it is printed.
pub(crate) type Target = &'static str;

impl Report {
    /// Adds a comparison in which each run saw so many events.
    pub(crate) fn compare(&mut self, name: &str, target: Target, events: u64, pairs: &Pairs) {
        let per_second =
            |elapsed: std::time::Duration| round(count(events) / elapsed.as_secs_f64());
        let (ours, bare) = (per_second(pairs.ours()), per_second(pairs.bare()));
        let (ratio, processor) = (pairs.throughput(), pairs.processor());
        let (all, calm) = pairs.counts();
        self.rows.push([
            format!(
                "{name}: {ours} events/s, bare {bare}; CPU {:.2} times",
                processor.median
            ),
            format!("{:.3}", ratio.median),
            format!(
                "{:.3} to {:.3}, {calm} of {all} pairs calm",
                ratio.low, ratio.high
            ),
            target.into(),
        ]);
        let key = format!("memory_{name}");
        self.put_spread(&format!("{key}_ratio"), ratio);
        self.put_spread(&format!("{key}_cpu_ratio"), processor);
        self.figures
            .insert(format!("{key}_per_second"), json!(ours));
        self.figures
            .insert(format!("{key}_bare_per_second"), json!(bare));
        self.figures.insert(format!("{key}_pairs"), json!(all));
        self.figures
            .insert(format!("{key}_pairs_calm"), json!(calm));
    }

    /// Adds a single figure.
    pub(crate) fn put(&mut self, key: &str, value: f64, unit: impl Display, target: Target) {
        self.rows.push([
            key.replace('_', " "),
            format!("{value:.3}"),
            unit.to_string(),
            target.into(),
        ]);
        self.figures.insert(key.into(), json!(value));
    }

    /// Prints it.
    pub(crate) fn print(self, summary: Summary) {
        match summary {
            Summary::Json => println!("{}", Value::Object(self.figures)),
            Summary::Human => {
                let mut table = Table::new();
                table.load_style(UTF8_HORIZONTAL_ONLY);
                table.set_header(["what", "median", "quartiles or unit", "target (moonshot)"]);
                table.add_rows(self.rows);
                println!("{table}");
            }
        }
    }

    fn put_spread(&mut self, key: &str, spread: Spread) {
        for (name, value) in [
            (key.to_owned(), spread.median),
            (format!("{key}_low"), spread.low),
            (format!("{key}_high"), spread.high),
        ] {
            self.figures.insert(name, json!(value));
        }
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "no count here reaches 2^52")]
pub(crate) fn count(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "events per second are positive and few"
)]
fn round(number: f64) -> u64 {
    number.round() as u64
}
