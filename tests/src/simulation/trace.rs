//! The trace of a run: everything that changed the world, in order, with its time in the world.

use std::fmt::{self, Write as _};
use std::time::Duration;

use xxhash_rust::xxh3::Xxh3;

/// What is kept of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// What two traces are compared by.
    Digest,
    /// Each line as well.
    Lines,
}

/// What two traces are compared by: equal for equal traces, and for hardly any others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceDigest(u64);

impl TraceDigest {
    /// As a number, to be added up with others.
    pub fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for TraceDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Who does something in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Who {
    /// Whoever runs all of it: declares, redrives, plants.
    Operator,
    /// Whoever places orders.
    Client,
    /// A process of a hive, which had others before it.
    Hive { hive: u64, life: u64 },
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("operator"),
            Self::Client => f.write_str("client"),
            Self::Hive { hive, life } => write!(f, "hive {hive}.{life}"),
        }
    }
}

/// A trace that grows.
pub(super) struct Trace {
    hash: Xxh3,
    entries: u64,
    lines: Option<Vec<String>>,
}

impl Trace {
    pub(super) fn new(keeping: Keeping) -> Self {
        Self {
            hash: Xxh3::new(),
            entries: 0,
            lines: (keeping == Keeping::Lines).then(Vec::new),
        }
    }

    /// Adds what somebody did so long after the beginning.
    pub(super) fn note(&mut self, at: Duration, who: Who, what: fmt::Arguments<'_>) {
        self.entries += 1;
        let line = format_args!("{at:?} {who} {what}");
        if let Some(lines) = &mut self.lines {
            let line = line.to_string();
            self.hash.update(line.as_bytes());
            lines.push(line);
        } else {
            // Writing into a hash cannot fail.
            let _ = Hashed(&mut self.hash).write_fmt(line);
        }
        self.hash.update(b"\n");
    }

    pub(super) fn digest(&self) -> TraceDigest {
        TraceDigest(self.hash.digest())
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    /// All lines, if they were kept.
    pub(super) fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

/// Text that is hashed instead of kept.
struct Hashed<'a>(&'a mut Xxh3);

impl fmt::Write for Hashed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEE: Who = Who::Hive { hive: 1, life: 0 };

    fn traced(keeping: Keeping, entries: &[(u64, Who, &str)]) -> Trace {
        let mut trace = Trace::new(keeping);
        for (at, who, what) in entries {
            trace.note(Duration::from_millis(*at), *who, format_args!("{what}"));
        }
        trace
    }

    #[test]
    fn a_digest_is_of_the_lines_whether_they_are_kept_or_not() {
        let entries = [(0, Who::Client, "publishes"), (1_500, BEE, "commits")];
        let (kept, hashed) = (
            traced(Keeping::Lines, &entries),
            traced(Keeping::Digest, &entries),
        );
        assert_eq!(kept.digest(), hashed.digest());
        assert_eq!(
            kept.lines(),
            ["0ns client publishes", "1.5s hive 1.0 commits"]
        );
        assert!(hashed.lines().is_empty());
        assert_eq!(hashed.entries(), 2);
    }

    #[test]
    fn another_time_order_actor_or_deed_is_another_digest() {
        let digest = |entries: &[_]| traced(Keeping::Digest, entries).digest();
        let one = digest(&[(0, BEE, "publishes"), (0, BEE, "commits")]);
        for other in [
            digest(&[(0, BEE, "commits"), (0, BEE, "publishes")]),
            digest(&[(0, BEE, "publishes"), (1, BEE, "commits")]),
            digest(&[(0, BEE, "publishes"), (0, Who::Operator, "commits")]),
            digest(&[(0, BEE, "publishes"), (0, BEE, "commits"), (0, BEE, "")]),
            digest(&[(0, BEE, "publishes")]),
        ] {
            assert_ne!(one, other);
        }
    }
}
