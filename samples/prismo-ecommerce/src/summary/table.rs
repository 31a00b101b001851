//! The summary for people.

use comfy_table::{CellAlignment, Table, TableStyle, presets::UTF8_FULL_CONDENSED};

use super::Summary;

const STYLE: TableStyle = UTF8_FULL_CONDENSED.with_rounded_corners();

/// The violations shown; a run that went wrong altogether must not scroll its verdict away.
const VIOLATIONS_SHOWN: usize = 20;

/// A table of the figures, the digest, the violations, and the verdict as the last line.
pub(super) fn render(summary: &Summary) -> String {
    let mut lines = vec![
        figures(summary).to_string(),
        format!("digest {}", summary.digest),
    ];
    lines.extend(
        summary
            .violations
            .iter()
            .take(VIOLATIONS_SHOWN)
            .map(|violation| format!("  ✗ {violation}")),
    );
    let hidden = summary.violations.len().saturating_sub(VIOLATIONS_SHOWN);
    if hidden > 0 {
        lines.push(format!("  ✗ and {hidden} more"));
    }
    lines.push(verdict(summary));
    lines.join("\n")
}

fn figures(summary: &Summary) -> Table {
    let share = |part: usize| match summary.orders {
        0 => String::new(),
        orders => format!("{}.{} %", part * 100 / orders, part * 1_000 / orders % 10),
    };
    let mut table = Table::new();
    table.load_style(STYLE);
    table.add_row(["orders", &summary.orders.to_string(), ""]);
    for (name, count) in [
        ("shipped", summary.shipped),
        ("cancelled", summary.cancelled),
        ("  payment failed", summary.payment_failed),
        ("  fraud", summary.fraud),
        ("back-ordered", summary.backordered),
        ("refunded", summary.refunded),
        ("e-mails", summary.emails),
    ] {
        table.add_row([name, &count.to_string(), &share(count)]);
    }
    let redelivered = format!("{} redelivered", summary.redelivered);
    table.add_row([
        "events",
        &summary.events_processed.to_string(),
        &redelivered,
    ]);
    table.add_row(["dead letters", &summary.dead_lettered.to_string(), ""]);
    let elapsed = format!("{:.1} s", summary.elapsed.as_secs_f64());
    table.add_row(["elapsed", &elapsed, ""]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn verdict(summary: &Summary) -> String {
    match (summary.unsettled(), summary.violations.len()) {
        (0, 0) => format!(
            "✔ all {} orders ended right: every invariant holds",
            summary.orders
        ),
        (0, 1) => "✘ 1 violation: see above".to_owned(),
        (0, violations) => format!("✘ {violations} violations: see above"),
        (unsettled, _) => format!("✘ {unsettled} of {} orders did not settle", summary.orders),
    }
}
