//! What is printed at the end.

use std::time::Duration;

use beehive_tests::simulation::Totals;
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use serde_json::{Map, Value, json};

use crate::options::Options;

/// The figures for people.
pub(crate) fn table(options: &Options, totals: &Totals, took: Duration) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(["", "simulation"]);
    let mut row = |name: &str, value: String| {
        table.add_row([name.to_owned(), value]);
    };
    row("seeds", format!("{} from {}", totals.seeds, options.from));
    if let Some(mutation) = options.mutation {
        row("mutation", mutation.to_string());
    }
    row("faults injected", totals.faults_total().to_string());
    for (fault, count) in &totals.faults {
        row(&format!("  {fault}"), count.to_string());
    }
    row("processes that died", totals.crashes.to_string());
    row(
        "processes stopped and replaced",
        totals.restarts.to_string(),
    );
    row(
        "events redriven after an upgrade",
        totals.redriven.to_string(),
    );
    row("entries of traces", totals.entries.to_string());
    row("traces compared", totals.verified.to_string());
    row("digest of all traces", format!("{:016x}", totals.digest));
    row(
        "time simulated",
        format!("{:.0} days", totals.elapsed.as_secs_f64() / 86_400.0),
    );
    row("longest run", format!("{:.0?}", totals.longest));
    row("time taken", format!("{:.1} s", took.as_secs_f64()));
    row("seeds a minute", format!("{:.0}", per_minute(totals, took)));
    row("seeds with violations", totals.failures.len().to_string());
    table
}

/// The figures for programs, in one line.
pub(crate) fn json(options: &Options, totals: &Totals, took: Duration) -> Value {
    let faults: Map<String, Value> = totals
        .faults
        .iter()
        .map(|(fault, count)| (fault.to_string().replace(' ', "_"), json!(count)))
        .collect();
    let violations: Vec<_> = totals
        .failures
        .iter()
        .map(|(seed, violations)| {
            json!({ "seed": seed, "violations": violations, "again": options.again(*seed) })
        })
        .collect();
    json!({
        "seeds": totals.seeds,
        "from": options.from,
        "mutation": options.mutation.map(|mutation| mutation.to_string()),
        "faults_injected": totals.faults_total(),
        "faults": faults,
        "crashes": totals.crashes,
        "restarts": totals.restarts,
        "redriven": totals.redriven,
        "trace_entries": totals.entries,
        "traces_compared": totals.verified,
        "digest": format!("{:016x}", totals.digest),
        "simulated_seconds": totals.elapsed.as_secs(),
        "longest_seconds": totals.longest.as_secs(),
        "elapsed_seconds": took.as_secs_f64(),
        "seeds_per_minute": per_minute(totals, took).round(),
        "violations": violations,
    })
}

fn per_minute(totals: &Totals, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate is no exact number")]
    let seeds = totals.seeds as f64;
    seeds * 60.0 / took.as_secs_f64().max(f64::EPSILON)
}
