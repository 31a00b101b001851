//! The lines that a worker writes about its events, under the target `beehive::lifecycle`.

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    /// A worker begins with an event.
    Taken {
        queue: &'a str,
        event: &'a str,
        attempt: u32,
    },
    /// Nothing more is done with it under its lease.
    Ended {
        queue: &'a str,
        event: &'a str,
        outcome: Outcome,
    },
}

/// How an event left a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Committed,
    DeadLettered,
    Deferred,
    HandedBack,
    LeaseLost,
    NotSettled,
}

impl Outcome {
    /// Whether the event is not delivered again.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Committed | Self::DeadLettered)
    }

    /// Whether it may have been settled all the same, as only the backend knows.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::LeaseLost | Self::NotSettled)
    }

    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "committed" => Self::Committed,
            "dead-lettered" => Self::DeadLettered,
            "deferred" => Self::Deferred,
            "handed-back" => Self::HandedBack,
            "lease-lost" => Self::LeaseLost,
            "not-settled" => Self::NotSettled,
            _ => return None,
        })
    }
}

/// Reads a line; `None` for all that is no such line.
///
/// ```text
/// 2026-12-01T01:02:03.456789Z DEBUG taken queue=OrderAccepted-Payment event=accepted/s1-0000001 attempt=1
/// 2026-12-01T01:02:03.467890Z DEBUG ended queue=OrderAccepted-Payment event=accepted/s1-0000001 outcome="committed"
/// ```
pub(crate) fn said(line: &str) -> Option<Said<'_>> {
    let (_, rest) = line.split_once(" DEBUG ")?;
    let (verb, rest) = rest.trim_start().split_once(' ')?;
    let rest = rest.strip_prefix("queue=")?;
    let (queue, rest) = rest.split_once(" event=")?;
    match verb {
        "taken" => {
            let (event, attempt) = rest.rsplit_once(" attempt=")?;
            let attempt = attempt.trim_end().parse().ok()?;
            Some(Said::Taken {
                queue,
                event,
                attempt,
            })
        }
        "ended" => {
            let (event, outcome) = rest.rsplit_once(" outcome=")?;
            let outcome = Outcome::of(outcome.trim_end().trim_matches('"'))?;
            Some(Said::Ended {
                queue,
                event,
                outcome,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_lifecycle_are_read_and_others_are_not() {
        let taken = "2026-12-01T01:02:03.456789Z DEBUG taken queue=A-B event=accepted/s1 attempt=2";
        assert_eq!(
            said(taken),
            Some(Said::Taken {
                queue: "A-B",
                event: "accepted/s1",
                attempt: 2
            })
        );
        let ended = "2026-12-01T01:02:03Z DEBUG ended queue=A-B event=x outcome=\"lease-lost\"";
        assert_eq!(
            said(ended),
            Some(Said::Ended {
                queue: "A-B",
                event: "x",
                outcome: Outcome::LeaseLost
            })
        );
        for other in [
            "",
            "2026-12-01T01:02:03Z  WARN attempt failed queue=A-B event=x",
            "2026-12-01T01:02:03Z DEBUG taken queue=A-B event=x attempt=many",
            "2026-12-01T01:02:03Z DEBUG ended queue=A-B event=x outcome=\"eaten\"",
            "2026-12-01T01:02:03Z DEBUG done before, skipped event=x queue=A-B",
        ] {
            assert_eq!(said(other), None, "{other}");
        }
    }
}
