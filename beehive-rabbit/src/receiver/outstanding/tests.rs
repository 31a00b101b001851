//! The table against tables, and against a model of the broker.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn term() -> Term {
    Term::new(secs(30), secs(900))
}

/// A table in which so many were leased at once.
fn leased(count: u64, now: Instant) -> Outstanding<&'static str> {
    let mut table = Outstanding::new(term());
    for tag in 1..=count {
        table.arrive(tag, now).unwrap();
        assert_eq!(table.lease(tag, now), Some(now + secs(30)));
    }
    table
}

#[test]
fn acks_are_as_few_as_can_be_and_wait_for_nobody() {
    let now = Instant::now();
    for (done, frames) in [
        (vec![], vec![]),
        (vec![1], vec![Frame::Ack(1)]),
        (vec![1, 2, 3], vec![Frame::AckUpTo(3)]),
        (vec![3, 1, 2], vec![Frame::AckUpTo(3)]),
        (vec![1, 2, 3, 4, 5], vec![Frame::AckUpTo(5)]),
        (vec![2], vec![Frame::Ack(2)]),
        (
            vec![2, 3, 5],
            vec![Frame::Ack(2), Frame::Ack(3), Frame::Ack(5)],
        ),
        (vec![5, 1, 2], vec![Frame::AckUpTo(2), Frame::Ack(5)]),
    ] {
        let mut table = leased(5, now);
        for tag in &done {
            table.done(*tag, now).unwrap();
        }
        assert_eq!(table.has_frames(), !done.is_empty());
        assert_eq!(table.held(), 5 - done.len());
        assert_eq!(table.frames(), frames, "{done:?}");
        assert_eq!(table.held(), 5 - done.len());
        assert!(!table.has_frames());
        assert_eq!(table.is_settled(), done.len() == 5);
    }
}

#[test]
fn what_goes_back_is_told_before_the_ack_that_would_include_it() {
    let now = Instant::now();
    let mut table = leased(3, now);
    table.done(1, now).unwrap();
    table.done(3, now).unwrap();
    table.hand_back(2, now).unwrap();
    assert_eq!(table.frames(), [Frame::HandBack(2), Frame::AckUpTo(3)]);
    assert!(table.is_settled());
}

#[test]
fn what_waits_is_not_included_in_an_ack() {
    let now = Instant::now();
    let mut table = leased(3, now);
    table.arrive(4, now).unwrap();
    for tag in [1, 2, 3] {
        table.done(tag, now).unwrap();
    }
    assert_eq!(table.frames(), [Frame::AckUpTo(3)]);
    assert!(table.is_settled(), "only 4 waits");
    table.hand_back_waiting();
    assert!(!table.is_settled(), "the broker does not know");
    assert_eq!(table.frames(), [Frame::HandBack(4)]);
}

#[test]
fn a_lease_that_expired_or_was_settled_is_gone() {
    let now = Instant::now();
    let end = now + secs(30);
    let mut table = leased(3, now);
    table.done(1, now).unwrap();
    table.hand_back(2, now).unwrap();
    for (tag, at) in [(1, now), (2, now), (3, end), (4, now)] {
        assert_eq!(table.done(tag, at), Err(Gone), "{tag}");
        assert_eq!(table.hand_back(tag, at), Err(Gone), "{tag}");
        assert_eq!(table.begin(tag, at, end), Err(Gone), "{tag}");
        assert_eq!(table.leave(tag, at), Err(Gone), "{tag}");
        let extended = table.extend(tag, at, secs(30));
        assert_eq!(extended, Err(NotExtended::Gone), "{tag}");
    }
    table.done(3, now).unwrap();
}

#[test]
fn an_expired_lease_is_rejected_or_sent_on() {
    let now = Instant::now();
    let mut table = leased(3, now);
    table.keep_copy(2, "copy");
    table.extend(3, now, secs(40)).unwrap();
    assert_eq!(table.earliest(), Some(now + secs(30)));
    assert_eq!(table.expire(now + secs(29)).count, 0);
    let expired = table.expire(now + secs(30));
    assert_eq!((expired.count, expired.leaving), (2, vec![(2, "copy")]));
    assert_eq!(table.earliest(), Some(now + secs(40)));
    assert_eq!(table.frames(), [Frame::Reject(1)]);
    // Nobody may settle it but who sends it on.
    assert_eq!(table.done(2, now), Err(Gone));
    table.resume(2);
    assert_eq!(table.done(2, now), Err(Gone));
    table.left(2);
    assert_eq!(table.frames(), [Frame::Ack(2)]);
    assert_eq!(table.held(), 1);
}

#[test]
fn what_could_not_be_sent_on_is_rejected() {
    let now = Instant::now();
    let mut table = leased(1, now);
    table.leave(1, now).unwrap();
    table.stayed(1);
    table.left(1);
    assert_eq!(table.frames(), [Frame::Reject(1)]);
    assert!(table.is_settled());
}

#[test]
fn settling_holds_the_lease_until_its_own_end() {
    let now = Instant::now();
    let mut table = leased(3, now);
    assert_eq!(table.begin(1, now, now + secs(40)), Ok(now + secs(40)));
    assert_eq!(table.begin(2, now, now + secs(10)), Ok(now + secs(30)));
    assert_eq!(table.begin(3, now, now + secs(2_000)), Ok(now + secs(900)));
    let late = now + secs(35);
    assert_eq!(table.expire(late).count, 1, "only 2");
    assert_eq!(table.done(2, late), Err(Gone));
    assert_eq!(table.done(1, late), Ok(()));
    // Nothing came of it: its old deadline has passed.
    table.resume(3);
    assert_eq!(table.earliest(), Some(now + secs(30)));
    assert_eq!(table.expire(late).count, 1);
    assert_eq!(table.done(3, late), Err(Gone));
}

#[test]
fn a_delivery_that_waited_too_long_is_handed_back_instead_of_leased() {
    let now = Instant::now();
    let mut table = Outstanding::<()>::new(term());
    table.arrive(1, now).unwrap();
    table.arrive(2, now + secs(10)).unwrap();
    let late = now + secs(890);
    assert_eq!(table.lease(1, late), None);
    assert_eq!(table.lease(2, late), Some(now + secs(910)));
    assert_eq!(table.lease(2, late), None, "it is leased");
    assert_eq!(table.lease(9, late), None, "it never came");
    assert_eq!(table.frames(), [Frame::HandBack(1)]);
    assert_eq!(table.held(), 1);
}

#[test]
fn a_lost_channel_takes_everything_along() {
    let now = Instant::now();
    let mut table = leased(3, now);
    table.arrive(4, now).unwrap();
    table.done(1, now).unwrap();
    assert_eq!(table.clear(), Lost { held: 2, untold: 1 });
    assert!(table.is_settled());
    assert!(!table.has_frames());
    assert_eq!(table.done(2, now), Err(Gone));
}

#[test]
fn what_is_done_is_untold_until_it_is_written() {
    let now = Instant::now();
    let mut table = leased(4, now);
    for tag in [1, 2, 4] {
        table.done(tag, now).unwrap();
    }
    assert_eq!(table.frames(), [Frame::AckUpTo(2), Frame::Ack(4)]);
    table.done(3, now).unwrap();
    assert_eq!(table.told(), 3);
    assert_eq!(table.told(), 0);
    assert_eq!(table.frames(), [Frame::Ack(3)]);
    assert_eq!(table.clear(), Lost { held: 0, untold: 1 });
    assert_eq!(table.clear(), Lost { held: 0, untold: 0 });
}

/// Once the driver has forgotten a consumer it drops what still comes for it.
#[test]
fn a_delivery_that_never_arrived_is_noticed_by_the_next() {
    let now = Instant::now();
    let mut table = leased(2, now);
    assert_eq!(table.arrive(4, now), Err(Skipped));
    assert_eq!(table.arrive(2, now), Err(Skipped), "a tag comes once");
    assert_eq!(table.lease(4, now), None);
    table.arrive(3, now).unwrap();
}

/// What a test does to the table.
#[derive(Clone, Copy, Debug)]
enum Step {
    Arrive,
    Lease(u64),
    KeepCopy(u64),
    Extend(u64, u64),
    Begin(u64),
    Resume(u64),
    Done(u64),
    HandBack(u64),
    Leave(u64),
    Left(u64),
    Stayed(u64),
    HandBackWaiting,
    Pass(u64),
    Expire,
    Frames,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let tag = 1..12_u64;
    let step = prop_oneof![
        4 => Just(Step::Arrive),
        6 => tag.clone().prop_map(Step::Lease),
        1 => tag.clone().prop_map(Step::KeepCopy),
        1 => (tag.clone(), 0..50_u64).prop_map(|(tag, secs)| Step::Extend(tag, secs)),
        2 => tag.clone().prop_map(Step::Begin),
        1 => tag.clone().prop_map(Step::Resume),
        6 => tag.clone().prop_map(Step::Done),
        2 => tag.clone().prop_map(Step::HandBack),
        1 => tag.clone().prop_map(Step::Leave),
        1 => tag.clone().prop_map(Step::Left),
        1 => tag.prop_map(Step::Stayed),
        1 => Just(Step::HandBackWaiting),
        1 => (0..20_u64).prop_map(Step::Pass),
        2 => Just(Step::Expire),
        4 => Just(Step::Frames),
    ];
    prop::collection::vec(step, 0..120)
}

/// What the broker has not heard of, and what it was told.
#[derive(Debug, Default)]
struct Broker {
    unacked: BTreeSet<u64>,
    acked: BTreeSet<u64>,
    returned: BTreeSet<u64>,
}

impl Broker {
    /// As the broker does: a tag that it does not know closes the channel.
    fn hear(&mut self, frame: Frame) {
        match frame {
            Frame::Ack(tag) => {
                assert!(self.unacked.remove(&tag), "unknown tag {tag}");
                self.acked.insert(tag);
            }
            Frame::AckUpTo(tag) => {
                assert!(self.unacked.contains(&tag), "unknown tag {tag}");
                let rest = self.unacked.split_off(&(tag + 1));
                self.acked.append(&mut self.unacked);
                self.unacked = rest;
            }
            Frame::HandBack(tag) | Frame::Reject(tag) => {
                assert!(self.unacked.remove(&tag), "unknown tag {tag}");
                self.returned.insert(tag);
            }
        }
    }
}

proptest! {
    /// The broker hears of each delivery once, of no delivery that it does not know, and that one is
    /// done only if somebody said so while the lease held.
    #[test]
    fn the_broker_hears_the_truth(steps in steps()) {
        let mut now = Instant::now();
        let mut table = Outstanding::new(term());
        let mut broker = Broker::default();
        let mut next = 1;
        let mut done = BTreeSet::new();
        let mut leaving = BTreeSet::new();
        for step in steps {
            match step {
                Step::Arrive => {
                    table.arrive(next, now).unwrap();
                    broker.unacked.insert(next);
                    next += 1;
                }
                Step::Lease(tag) => {
                    if let Some(deadline) = table.lease(tag, now) {
                        prop_assert!(deadline > now && deadline <= now + secs(30));
                    }
                }
                Step::KeepCopy(tag) => table.keep_copy(tag, ()),
                Step::Extend(tag, seconds) => {
                    table.extend(tag, now, secs(seconds)).ok();
                }
                Step::Begin(tag) => {
                    table.begin(tag, now, now + secs(25)).ok();
                }
                Step::Resume(tag) => table.resume(tag),
                Step::Done(tag) => {
                    if table.done(tag, now).is_ok() {
                        prop_assert!(done.insert(tag), "done twice");
                    }
                }
                Step::HandBack(tag) => {
                    table.hand_back(tag, now).ok();
                }
                Step::Leave(tag) => {
                    if table.leave(tag, now).is_ok() {
                        leaving.insert(tag);
                    }
                }
                Step::Left(tag) => {
                    table.left(tag);
                    if leaving.remove(&tag) {
                        done.insert(tag);
                    }
                }
                Step::Stayed(tag) => {
                    table.stayed(tag);
                    leaving.remove(&tag);
                }
                Step::HandBackWaiting => table.hand_back_waiting(),
                Step::Pass(seconds) => now += secs(seconds),
                Step::Expire => {
                    let expired = table.expire(now);
                    leaving.extend(expired.leaving.iter().map(|(tag, ())| *tag));
                    prop_assert!(expired.count >= expired.leaving.len());
                    prop_assert!(table.earliest().is_none_or(|at| at > now));
                }
                Step::Frames => table.frames().into_iter().for_each(|frame| broker.hear(frame)),
            }
            prop_assert!(broker.acked.is_subset(&done), "acked what is not done");
        }
        table.hand_back_waiting();
        now += secs(2_000);
        for (tag, ()) in table.expire(now).leaving {
            table.stayed(tag);
        }
        for tag in leaving {
            table.left(tag);
            done.insert(tag);
        }
        table.frames().into_iter().for_each(|frame| broker.hear(frame));
        prop_assert!(table.is_settled());
        prop_assert_eq!(table.held(), 0);
        prop_assert_eq!(&broker.acked, &done);
        prop_assert!(broker.unacked.is_empty(), "the broker waits to hear of {:?}", broker.unacked);
    }
}
