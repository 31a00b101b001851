//! How much goes into one request, and when. Pure.

use super::super::codec::MESSAGE_MAX;

/// How many entries a batch of SNS or SQS has at most.
pub(super) const ENTRIES_MAX: usize = 10;

/// How many of the entries that wait, by their sizes, fit into the next batch. At least one.
pub(super) fn fitting(sizes: impl IntoIterator<Item = usize>) -> usize {
    let mut total = 0_usize;
    let fitting = sizes.into_iter().take(ENTRIES_MAX).take_while(|size| {
        total = total.saturating_add(*size);
        total <= MESSAGE_MAX
    });
    // What is alone too large is refused by the service, by name.
    fitting.count().max(1)
}

/// Whether another request starts, if there may be one more: at once when none is under way but slow
/// ones, and beside others only when it is full.
pub(super) fn starts(waiting: usize, prompt: usize, slow: usize, under_way_max: usize) -> bool {
    let may = waiting > 0 && prompt + slow < under_way_max;
    may && (prompt == 0 || waiting >= ENTRIES_MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_batch_has_as_many_as_fit() {
        for (sizes, expected) in [
            (vec![1], 1),
            (vec![1; 25], 10),
            (vec![MESSAGE_MAX, 1], 1),
            (vec![MESSAGE_MAX - 1, 1, 1], 2),
            (vec![MESSAGE_MAX + 1, 1], 1),
            (vec![100_000; 5], 2),
            (vec![usize::MAX, usize::MAX], 1),
        ] {
            assert_eq!(fitting(sizes.clone()), expected, "{sizes:?}");
        }
    }

    #[test]
    fn a_lone_entry_starts_at_once_and_later_ones_gather() {
        for (waiting, prompt, slow, expected) in [
            (0, 0, 0, false),
            (1, 0, 0, true),
            (1, 1, 0, false),
            (9, 1, 0, false),
            (10, 1, 0, true),
            (10, 3, 0, true),
            (100, 4, 0, false),
            (1, 0, 1, true),
            (1, 1, 1, false),
            (10, 1, 1, true),
            (1, 0, 3, true),
            (100, 0, 4, false),
            (0, 0, 1, false),
        ] {
            assert_eq!(
                starts(waiting, prompt, slow, 4),
                expected,
                "{waiting} {prompt} {slow}"
            );
        }
        // Where order is kept, nothing goes beside anything.
        assert!(!starts(100, 1, 0, 1) && !starts(100, 0, 1, 1));
    }

    proptest! {
        #[test]
        fn batches_take_all_in_order_and_none_is_too_large(
            sizes in proptest::collection::vec(1_usize..=MESSAGE_MAX, 0..40),
        ) {
            let mut rest = &sizes[..];
            while !rest.is_empty() {
                let count = fitting(rest.iter().copied());
                prop_assert!((1..=ENTRIES_MAX).contains(&count));
                prop_assert!(rest[..count].iter().sum::<usize>() <= MESSAGE_MAX);
                rest = &rest[count..];
            }
        }
    }
}
