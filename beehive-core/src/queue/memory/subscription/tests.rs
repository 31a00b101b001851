//! The state machine against a model that is too simple to be wrong.

use std::num::NonZeroUsize;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::event::Event;
use crate::queue::DeadLetterReason;

/// One thing that happens. Numbers choose among the leases ever given, or the events ever published.
#[derive(Clone, Debug)]
enum Step {
    Publish {
        delay: u64,
    },
    Lease {
        max: usize,
        duration: u64,
    },
    Extend {
        lease: usize,
        duration: u64,
    },
    Commit {
        lease: usize,
    },
    Abandon {
        lease: usize,
    },
    Defer {
        lease: usize,
        delay: u64,
        attempts: u32,
    },
    DeadLetter {
        lease: usize,
    },
    Redrive {
        event: usize,
    },
    Purge,
    Pass {
        time: u64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Times are small, so that much happens at one moment and deadlines are met exactly.
    let time = || 0_u64..6;
    let lease = || 0_usize..1_000;
    let step = prop_oneof![
        4 => time().prop_map(|delay| Step::Publish { delay: delay.saturating_sub(3) }),
        4 => (1_usize..4, time())
            .prop_map(|(max, time)| Step::Lease { max, duration: time + 1 }),
        1 => (lease(), time())
            .prop_map(|(lease, time)| Step::Extend { lease, duration: time + 1 }),
        2 => lease().prop_map(|lease| Step::Commit { lease }),
        2 => lease().prop_map(|lease| Step::Abandon { lease }),
        2 => (lease(), time(), 0_u32..9)
            .prop_map(|(lease, delay, attempts)| Step::Defer { lease, delay, attempts }),
        2 => lease().prop_map(|lease| Step::DeadLetter { lease }),
        2 => lease().prop_map(|event| Step::Redrive { event }),
        1 => Just(Step::Purge),
        4 => time().prop_map(|time| Step::Pass { time }),
    ];
    vec(step, 1..120)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Waiting,
    Leased { lease: usize, deadline: Instant },
    Delayed { due: Instant },
    Dead,
    Gone,
}

#[derive(Debug)]
struct Known {
    id: EventId,
    place: Place,
    position: u64,
    attempts: u32,
    history: FailureHistory,
}

/// Every event ever published, in a list that is searched whole for everything.
struct Model {
    now: Instant,
    events: Vec<Known>,
    positions: u64,
    leases: usize,
}

impl Model {
    fn next_position(&mut self) -> u64 {
        self.positions += 1;
        self.positions
    }

    fn advance(&mut self) {
        for event in &mut self.events {
            if matches!(event.place, Place::Leased { deadline, .. } if deadline <= self.now) {
                event.place = Place::Waiting;
                event.attempts += 1;
            }
        }
        let mut due: Vec<_> = (0..self.events.len())
            .filter_map(|place| match self.events[place].place {
                Place::Delayed { due } if due <= self.now => {
                    Some((due, self.events[place].position, place))
                }
                _ => None,
            })
            .collect();
        due.sort_unstable();
        for (_, _, place) in due {
            let position = self.next_position();
            self.events[place].place = Place::Waiting;
            self.events[place].position = position;
        }
    }

    /// The event that is held under this lease, if it still is.
    fn held(&mut self, lease: usize) -> Option<&mut Known> {
        self.events
            .iter_mut()
            .find(|event| matches!(event.place, Place::Leased { lease: held, .. } if held == lease))
    }

    fn next_waiting(&mut self) -> Option<&mut Known> {
        self.events
            .iter_mut()
            .filter(|event| event.place == Place::Waiting)
            .min_by_key(|event| event.position)
    }

    fn census(&self) -> Census {
        let count = |is: fn(Place) -> bool| self.events.iter().filter(|e| is(e.place)).count();
        Census {
            waiting: count(|place| place == Place::Waiting),
            leased: count(|place| matches!(place, Place::Leased { .. })),
            delayed: count(|place| matches!(place, Place::Delayed { .. })),
            dead_lettered: count(|place| place == Place::Dead),
        }
    }

    fn next_change(&self) -> Option<Instant> {
        let time = |event: &Known| match event.place {
            Place::Leased { deadline, .. } => Some(deadline),
            Place::Delayed { due } => Some(due),
            _ => None,
        };
        self.events.iter().filter_map(time).min()
    }
}

/// The machine, the model, and every token ever given.
struct Pair {
    machine: Subscription,
    model: Model,
    tokens: Vec<Token>,
    quota: Arc<Quota>,
}

const PREFETCH: usize = 5;

fn record() -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: Vec::new(),
        attempts: 1,
        actor: String::new(),
        host: String::new(),
        first_failure: Timestamp::UNIX_EPOCH,
        last_failure: Timestamp::UNIX_EPOCH,
    }
}

impl Pair {
    fn new() -> Self {
        Self {
            machine: Subscription::new(usize::MAX, Order::Any),
            model: Model {
                now: Instant::now(),
                events: Vec::new(),
                positions: 0,
                leases: 0,
            },
            tokens: Vec::new(),
            quota: Arc::new(Quota::new(NonZeroUsize::new(PREFETCH).unwrap())),
        }
    }

    /// A lease chosen by a number, if any was ever given.
    fn pick(&self, number: usize) -> Option<(usize, Token)> {
        let lease = number.checked_rem(self.tokens.len())?;
        Some((lease, self.tokens[lease]))
    }

    fn publish(&mut self, delay: u64) {
        let event = Event::new("Flower", "text/plain", "");
        let due = (delay > 0).then(|| self.model.now + Duration::from_secs(delay));
        self.machine.publish(event.shared(), due).unwrap();
        let position = self.model.next_position();
        self.model.events.push(Known {
            id: event.id().clone(),
            place: due.map_or(Place::Waiting, |due| Place::Delayed { due }),
            position,
            attempts: 0,
            history: FailureHistory::default(),
        });
    }

    fn lease(&mut self, max: usize, duration: u64) -> Result<(), TestCaseError> {
        let (now, duration) = (self.model.now, Duration::from_secs(duration));
        self.machine.advance(now);
        let held = self.model.census().leased;
        let delivered = self.machine.lease(max, &self.quota, now, duration);
        let expected = max.min(PREFETCH - held).min(self.model.census().waiting);
        prop_assert_eq!(delivered.len(), expected);
        for delivered in delivered {
            let lease = self.model.leases;
            self.model.leases += 1;
            self.tokens.push(delivered.token);
            let known = self.model.next_waiting().unwrap();
            prop_assert_eq!(&delivered.envelope.id, &known.id);
            prop_assert_eq!(delivered.attempt, known.attempts + 1);
            prop_assert_eq!(delivered.history, known.history);
            prop_assert_eq!(delivered.deadline, now + duration);
            known.place = Place::Leased {
                lease,
                deadline: delivered.deadline,
            };
        }
        Ok(())
    }

    /// Settles in both; they must agree on whether the lease is lost.
    fn settle<T>(
        &mut self,
        number: usize,
        machine: impl FnOnce(&mut Subscription, Token, Instant) -> Result<T, Lost>,
        model: impl FnOnce(&mut Known, Instant),
    ) -> Result<(), TestCaseError> {
        let Some((lease, token)) = self.pick(number) else {
            return Ok(());
        };
        let now = self.model.now;
        let settled = machine(&mut self.machine, token, now);
        let held = self.model.held(lease);
        prop_assert_eq!(settled.is_ok(), held.is_some());
        if let Some(known) = held {
            model(known, now);
        }
        Ok(())
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let seconds = Duration::from_secs;
        match *step {
            Step::Publish { delay } => self.publish(delay),
            Step::Lease { max, duration } => self.lease(max, duration)?,
            Step::Extend { lease, duration } => self.settle(
                lease,
                |machine, token, now| machine.extend(token, now, seconds(duration)),
                |known, now| {
                    if let Place::Leased { deadline, .. } = &mut known.place {
                        *deadline = now + seconds(duration);
                    }
                },
            )?,
            Step::Commit { lease } => self.settle(lease, Subscription::commit, |known, _| {
                known.place = Place::Gone;
            })?,
            Step::Abandon { lease } => self.settle(lease, Subscription::abandon, |known, _| {
                known.place = Place::Waiting;
            })?,
            Step::Defer {
                lease,
                delay,
                attempts,
            } => {
                let history = FailureHistory {
                    attempts,
                    first_failure: Some(Timestamp::UNIX_EPOCH),
                    silent: attempts / 2,
                };
                self.settle(
                    lease,
                    |machine, token, now| machine.defer(token, now, seconds(delay), history),
                    |known, now| {
                        let due = now + seconds(delay);
                        known.place = Place::Delayed { due };
                        known.attempts = attempts;
                        known.history = history;
                    },
                )?;
            }
            Step::DeadLetter { lease } => self.settle(
                lease,
                |machine, token, now| machine.dead_letter(token, now, &record()),
                |known, _| {
                    known.place = Place::Dead;
                },
            )?,
            Step::Redrive { event } => self.redrive(event)?,
            Step::Purge => {
                prop_assert_eq!(self.machine.purge(), self.model.census().dead_lettered);
                for known in &mut self.model.events {
                    if known.place == Place::Dead {
                        known.place = Place::Gone;
                    }
                }
            }
            Step::Pass { time } => self.model.now += seconds(time),
        }
        Ok(())
    }

    fn redrive(&mut self, number: usize) -> Result<(), TestCaseError> {
        let Some(place) = number.checked_rem(self.model.events.len()) else {
            return Ok(());
        };
        let id = self.model.events[place].id.clone();
        let was_dead = self.model.events[place].place == Place::Dead;
        prop_assert_eq!(self.machine.redrive(&id), was_dead);
        if was_dead {
            let position = self.model.next_position();
            let known = &mut self.model.events[place];
            known.place = Place::Waiting;
            known.position = position;
            known.attempts = 0;
            known.history = FailureHistory::default();
        }
        Ok(())
    }

    /// Both are in the same state, and the machine sleeps through no change.
    fn agree(&mut self) -> Result<(), TestCaseError> {
        self.machine.advance(self.model.now);
        self.model.advance();
        prop_assert_eq!(self.machine.census(), self.model.census());
        if let Some(next) = self.model.next_change() {
            let known = self.machine.next_change();
            prop_assert!(known.is_some_and(|known| known <= next && known > self.model.now));
        }
        let room = PREFETCH - self.model.census().leased;
        prop_assert_eq!(self.quota.room(), room);
        Ok(())
    }
}

proptest! {
    #[test]
    fn no_event_is_lost_or_held_twice_and_every_attempt_counts(steps in steps()) {
        let mut pair = Pair::new();
        for step in steps {
            pair.take(&step)?;
            pair.agree()?;
        }
        // Everything that is not gone comes out in the end.
        pair.model.now += Duration::from_secs(100);
        pair.agree()?;
        while pair.machine.waiting() > 0 {
            pair.lease(PREFETCH, 1)?;
            let leases = pair.tokens.len();
            for lease in 0..leases {
                pair.settle(lease, Subscription::commit, |known, _| { known.place = Place::Gone; },)?;
            }
        }
        prop_assert!(pair.machine.census().is_idle());
    }
}

#[test]
fn a_full_queue_refuses_until_an_event_is_taken() {
    let mut machine = Subscription::new(2, Order::Any);
    let quota = Arc::new(Quota::new(NonZeroUsize::MIN));
    let event = Event::new("Flower", "text/plain", "");
    let now = Instant::now();
    machine.publish(event.shared(), None).unwrap();
    machine
        .publish(event.shared(), Some(now + Duration::from_secs(1)))
        .unwrap();
    assert_eq!(machine.publish(event.shared(), None), Err(Full));
    assert_eq!(
        machine.lease(1, &quota, now, Duration::from_secs(1)).len(),
        1
    );
    assert_eq!(machine.publish(event.shared(), None), Ok(()));
}

#[test]
fn the_memory_of_a_burst_is_given_back() {
    let mut machine = Subscription::new(usize::MAX, Order::Any);
    let quota = Arc::new(Quota::new(NonZeroUsize::MAX));
    let event = Event::new("Flower", "text/plain", "");
    let now = Instant::now();
    for _ in 0..100_000 {
        machine.publish(event.shared(), None).unwrap();
    }
    for delivered in machine.lease(usize::MAX, &quota, now, Duration::MAX) {
        machine.commit(delivered.token, now).unwrap();
    }
    assert!(machine.waiting.capacity() <= 2 * ENTRIES_KEPT);
    assert_eq!(machine.leases.len(), 0);
}

#[test]
fn a_waiting_event_takes_little_beside_its_envelope() {
    assert!(size_of::<Entry>() <= 32, "{} bytes", size_of::<Entry>());
}
