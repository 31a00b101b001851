//! What a conditional write comes to that S3 refused. Pure.

use beehive_core::store::Precondition;
use beehive_core::{Error, ErrorKind};

use crate::error::open_fate;

/// What is known after a write was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// This write is what is there: an attempt was not answered, but it was done.
    Ours,
    /// What is there is the work of another write.
    Other,
    /// Nothing is there; this write may have been, and another removed it.
    Nothing,
    /// What is there does not tell whose work it is.
    Unmarked,
}

/// Whose work is there, by the name of the write that is kept with it.
pub(super) fn finding(ours: Option<&str>, there: Option<&str>) -> Finding {
    match (ours, there) {
        (None, _) => Finding::Unmarked,
        (Some(ours), Some(there)) if ours == there => Finding::Ours,
        (Some(_), _) => Finding::Other,
    }
}

/// Whether to look who wrote what is there: only if an attempt before may have.
pub(super) fn needs_look(kind: ErrorKind, doubtful: bool) -> bool {
    doubtful && matches!(kind, ErrorKind::Conflict | ErrorKind::NotFound)
}

/// The error of a write that was refused, and not by its own work.
pub(super) fn refused(
    operation: &'static str,
    precondition: &Precondition,
    kind: ErrorKind,
    doubtful: bool,
    finding: Finding,
) -> Error {
    match precondition {
        // Without its mark it may well be the own work that is there.
        Precondition::Absent if !doubtful || finding == Finding::Other => {
            Error::new(ErrorKind::AlreadyExists, "the item is there already")
                .with_operation(operation)
        }
        _ if doubtful => open_fate(operation),
        _ if kind == ErrorKind::NotFound => {
            Error::new(ErrorKind::Conflict, "the item was deleted meanwhile")
                .with_operation(operation)
        }
        _ => Error::new(ErrorKind::Conflict, "the item was changed meanwhile")
            .with_operation(operation),
    }
}

#[cfg(test)]
mod tests {
    use beehive_core::store::Etag;

    use super::*;

    #[test]
    fn the_work_is_known_by_its_mark() {
        for (ours, there, expected) in [
            (Some("1"), Some("1"), Finding::Ours),
            (Some("1"), Some("2"), Finding::Other),
            (Some("1"), None, Finding::Other),
            (None, Some("2"), Finding::Unmarked),
            (None, None, Finding::Unmarked),
        ] {
            assert_eq!(finding(ours, there), expected);
        }
    }

    #[test]
    fn a_refusal_is_told_by_what_was_expected_and_what_is_known() {
        use ErrorKind::{AlreadyExists, Conflict, NotFound, Temporary};
        let (absent, replace) = (Precondition::Absent, Precondition::Match(Etag::new("1")));
        for (precondition, kind, doubtful, finding, expected) in [
            (&absent, Conflict, false, Finding::Unmarked, AlreadyExists),
            (&absent, Conflict, true, Finding::Other, AlreadyExists),
            (&absent, Conflict, true, Finding::Unmarked, Temporary),
            (&absent, Conflict, true, Finding::Nothing, Temporary),
            (&absent, NotFound, true, Finding::Nothing, Temporary),
            (&replace, Conflict, false, Finding::Unmarked, Conflict),
            (&replace, NotFound, false, Finding::Unmarked, Conflict),
            (&replace, Conflict, true, Finding::Other, Temporary),
            (&replace, NotFound, true, Finding::Other, Temporary),
        ] {
            let told = refused("put value", precondition, kind, doubtful, finding).kind();
            assert_eq!(
                told, expected,
                "{precondition:?} {kind:?} {doubtful} {finding:?}"
            );
        }
    }
}
