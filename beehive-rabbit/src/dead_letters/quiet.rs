//! When a queue that delivers nothing more has nothing more. Pure.

/// What to make of a while without a delivery.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    was_empty: bool,
}

/// What a queue says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    /// How many messages are there that nobody took.
    pub(super) ready: u32,
    /// How many consumers there are.
    pub(super) consumers: u32,
}

impl Quiet {
    /// Whether the queue has no more for us, though it counted more before: somebody purged it, or
    /// messages expired. It takes two such whiles, since the first deliveries may still be on their
    /// way when the queue says that it has none.
    pub(super) fn is_over(&mut self, status: Status, consumers: usize) -> bool {
        let is_empty = status.ready == 0 && usize::try_from(status.consumers) == Ok(consumers);
        std::mem::replace(&mut self.was_empty, is_empty) && is_empty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_two_quiet_whiles_of_an_empty_queue() {
        let status = |ready, consumers| Status { ready, consumers };
        let mut quiet = Quiet::default();
        assert!(!quiet.is_over(status(0, 1), 1));
        assert!(!quiet.is_over(status(3, 1), 1), "it has more");
        assert!(!quiet.is_over(status(0, 1), 1));
        assert!(!quiet.is_over(status(0, 2), 1), "others may return theirs");
        assert!(!quiet.is_over(status(0, 1), 1));
        assert!(quiet.is_over(status(0, 1), 1));
    }
}
