//! The lines in which the shop says how far it is, under the target `prismo::shop`.

/// What the shop says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// So many orders were placed, and the queue has confirmed them.
    Confirmed(u64),
    /// So many orders are over.
    Over(u64),
}

/// Reads a line; `None` for all that is no such line.
///
/// ```text
/// 2026-12-01T01:02:03.456789Z DEBUG confirmed placed=100
/// 2026-12-01T01:02:04.567890Z DEBUG over settled=80
/// ```
pub(crate) fn told(line: &str) -> Option<Told> {
    let (_, news) = line.split_once(" DEBUG ")?;
    let (word, number) = news.trim().rsplit_once('=')?;
    let number = number.parse().ok()?;
    match word {
        "confirmed placed" => Some(Told::Confirmed(number)),
        "over settled" => Some(Told::Over(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_read_and_other_lines_are_not() {
        for (line, expected) in [
            ("x DEBUG confirmed placed=100", Some(Told::Confirmed(100))),
            ("x DEBUG over settled=80", Some(Told::Over(80))),
            ("x DEBUG over settled=all", None),
            ("x  WARN over settled=80", None),
            ("", None),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
    }
}
