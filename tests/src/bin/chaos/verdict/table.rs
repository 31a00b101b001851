//! The verdict as a person reads it.

use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;

use super::judge::Verdict;

/// The verdict as a table, with the failures below it.
pub(crate) fn table(verdict: &Verdict) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(["of the orders", ""]);
    let mut row = |name: &str, value: String| {
        table.add_row([name.to_owned(), value]);
    };
    row("attempted", verdict.attempted.to_string());
    row("confirmed", verdict.confirmed.to_string());
    row("settled", verdict.settled.to_string());
    row("lost", verdict.lost.to_string());
    row("effects duplicated", verdict.duplicated.to_string());
    row("stuck", verdict.stuck.to_string());
    row(
        "digest as in memory",
        (if verdict.digest_equal { "yes" } else { "no" }).to_owned(),
    );
    row(
        "deliveries hit and recovered",
        verdict.recovered.to_string(),
    );
    row("redeliveries", verdict.redelivered.to_string());
    row(
        "dead letters",
        verdict.dead_letter_reasons.iter().fold(
            verdict.dead_lettered.to_string(),
            |text, (reason, count)| format!("{text}, {count} {reason}"),
        ),
    );
    row(
        "faults injected, hit work",
        format!("{}, {}", verdict.faults_injected, verdict.faults_hit),
    );
    for (kind, [injected, hit]) in &verdict.faults_by_kind {
        row(&format!("  {kind}"), format!("{injected}, {hit}"));
    }
    row(
        "recovery, median and worst",
        format!(
            "{:.1} s, {:.1} s",
            verdict.recovery_seconds_median, verdict.recovery_seconds_worst
        ),
    );
    row("took", format!("{:.0} s", verdict.elapsed_seconds));
    let mut text = table.to_string();
    if verdict.is_sound() {
        text.push_str("\n✔ nothing lost, nothing done twice, nothing left behind");
    }
    for failure in &verdict.failures {
        text.push_str("\n✘ ");
        text.push_str(failure);
    }
    text
}
