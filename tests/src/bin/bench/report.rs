//! What is printed at the end.

use std::fmt::Display;
use std::time::Duration;

use clap::ValueEnum;
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use serde::Serialize;
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
    notes: Vec<String>,
}

/// What is aimed at, as it is printed.
pub(crate) type Target = &'static str;

impl Report {
    /// Adds a comparison in which each run saw so many events.
    pub(crate) fn compare(&mut self, name: &str, target: Target, events: u64, pairs: &Pairs) {
        let ours = per_second(events, pairs.ours());
        let bare = per_second(events, pairs.bare());
        let (ratio, processor) = (pairs.throughput(), pairs.processor());
        let (all, calm) = pairs.counts();
        self.row([
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
        self.figure(format!("{key}_per_second"), ours);
        self.figure(format!("{key}_bare_per_second"), bare);
        let (ours, bare) = pairs.wake_ups();
        let each = [("wake_ups", ours), ("bare_wake_ups", bare)];
        for (name, wake_ups) in each {
            let per_event = wake_ups / count(events);
            self.figure(format!("{key}_{name}_per_event"), per_event);
        }
        self.figure(format!("{key}_pairs"), all);
        self.figure(format!("{key}_pairs_calm"), calm);
    }

    /// Adds a single figure.
    pub(crate) fn put(&mut self, key: &str, value: f64, unit: impl Display, target: Target) {
        self.row([
            key.replace('_', " "),
            format!("{value:.3}"),
            unit.to_string(),
            target.into(),
        ]);
        self.figure(key, value);
    }

    /// Adds a line of the table.
    pub(crate) fn row(&mut self, row: [String; 4]) {
        self.rows.push(row);
    }

    /// Adds a value under a key.
    pub(crate) fn figure(&mut self, key: impl Into<String>, value: impl Serialize) {
        self.figures.insert(key.into(), json!(value));
    }

    /// Adds something that whoever reads the figures must know.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Prints it.
    pub(crate) fn print(mut self, summary: Summary) {
        if !self.notes.is_empty() {
            self.figure("notes", self.notes.clone());
        }
        match summary {
            Summary::Json => println!("{}", Value::Object(self.figures)),
            Summary::Human => {
                let mut table = Table::new();
                table.load_style(UTF8_HORIZONTAL_ONLY);
                table.set_header(["what", "median", "quartiles or unit", "target (moonshot)"]);
                table.add_rows(self.rows);
                println!("{table}");
                for note in self.notes {
                    println!("{note}");
                }
            }
        }
    }

    /// Adds a middle value and its quartiles.
    pub(crate) fn put_spread(&mut self, key: &str, spread: Spread) {
        for (name, value) in [
            (key.to_owned(), spread.median),
            (format!("{key}_low"), spread.low),
            (format!("{key}_high"), spread.high),
        ] {
            self.figure(name, value);
        }
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "no count here reaches 2^52")]
pub(crate) fn count(count: u64) -> f64 {
    count as f64
}

/// How many a second that is.
pub(crate) fn per_second(events: u64, elapsed: Duration) -> u64 {
    round(count(events) / elapsed.as_secs_f64())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "events per second are positive and few"
)]
fn round(number: f64) -> u64 {
    number.round() as u64
}
