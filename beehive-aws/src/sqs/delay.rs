//! Delays: one go of SQS is a quarter of an hour at most, so longer ones are made of several. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The longest delay of a message of SQS, in seconds.
const STEP_MAX: i32 = 900;
/// An event may come so much early: clocks differ by this, and another step would make it late by a
/// second.
const EARLY_MAX: SignedDuration = SignedDuration::from_millis(100);

/// For how many seconds SQS is to keep an event that is due then: whole ones, rounded up, so that it
/// is not early; no more than one go can be.
pub(super) fn first_step(due: Timestamp, now: Timestamp) -> i32 {
    let left = due.duration_since(now);
    if left <= SignedDuration::ZERO {
        return 0;
    }
    let rounded_up = left.as_secs() + i64::from(left.subsec_nanos() > 0);
    i32::try_from(rounded_up).map_or(STEP_MAX, |seconds| seconds.min(STEP_MAX))
}

/// For how many seconds an event that came is to be kept back once more; `None` if it is due.
pub(super) fn next_step(due: Option<Timestamp>, now: Timestamp) -> Option<i32> {
    let due = due.filter(|due| due.duration_since(now) > EARLY_MAX)?;
    Some(first_step(due, now))
}

/// Whole seconds, rounded up, as SQS has them.
pub(super) fn whole_seconds(duration: Duration) -> i32 {
    let rounded_up = duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0));
    i32::try_from(rounded_up).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_delay_goes_in_steps_of_whole_seconds_and_is_not_early() {
        for (due, step) in [
            (at(-1), 0),
            (at(0), 0),
            (at(1), 1),
            (at(1_000), 1),
            (at(1_001), 2),
            (at(900_000), 900),
            (at(900_001), 900),
            (at(86_400_000), 900),
            (Timestamp::MAX, 900),
            (Timestamp::MIN, 0),
        ] {
            assert_eq!(first_step(due, at(0)), step, "{due}");
        }
    }

    #[test]
    fn what_is_due_comes_and_what_is_not_goes_on() {
        for (due, next) in [
            (None, None),
            (Some(at(-5_000)), None),
            (Some(at(100)), None),
            (Some(at(101)), Some(1)),
            (Some(at(3_600_000)), Some(900)),
        ] {
            assert_eq!(next_step(due, at(0)), next, "{due:?}");
        }
    }

    #[test]
    fn every_delay_ends_after_enough_steps() {
        let due = at(7_200_500);
        let mut now = at(0);
        let mut steps = 0;
        while let Some(step) = next_step(Some(due), now) {
            now = now
                .checked_add(SignedDuration::from_secs(step.into()))
                .unwrap();
            steps += 1;
        }
        assert_eq!(steps, 9);
        let late = now.duration_since(due);
        assert!(
            late >= -EARLY_MAX && late < SignedDuration::from_secs(1),
            "{late}"
        );
    }

    #[test]
    fn seconds_are_rounded_up() {
        for (duration, seconds) in [
            (Duration::ZERO, 0),
            (Duration::from_millis(1), 1),
            (Duration::from_secs(2), 2),
            (Duration::MAX, i32::MAX),
        ] {
            assert_eq!(whole_seconds(duration), seconds);
        }
    }
}
