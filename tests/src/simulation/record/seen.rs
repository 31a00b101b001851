//! What was seen of a run, for whoever judges it. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use beehive_core::event::{Event, EventId};
use beehive_core::hive::Statistics;
use beehive_core::queue::QueueName;

use super::super::trace::{Trace, Who};

/// A lease, among all of a run.
pub(super) type LeaseNumber = u64;

/// What was seen of a run.
#[derive(Debug)]
pub(in super::super) struct Seen {
    pub(in super::super) trace: Trace,
    /// The topics, subscriptions and simple queues that were declared.
    pub(in super::super) declared: BTreeSet<QueueName>,
    /// The events that were published, by type, each once however often it was published.
    pub(in super::super) published: BTreeMap<String, BTreeSet<EventId>>,
    /// What nobody may do, and somebody did.
    pub(in super::super) misconduct: Vec<String>,
    /// What each process did to leases.
    pub(in super::super) tallies: BTreeMap<Who, Tally>,
    /// Who holds leases on an event, and until when each was said to last.
    held: HashMap<(Who, EventId), Vec<(LeaseNumber, Duration)>>,
    leases: LeaseNumber,
}

/// How often a process settled a lease, as the broker knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Tally {
    pub(in super::super) committed: u64,
    pub(in super::super) deferred: u64,
    pub(in super::super) abandoned: u64,
    pub(in super::super) dead_lettered: u64,
    /// Leases that were dropped while they lasted.
    pub(in super::super) let_go: u64,
}

impl Tally {
    /// What a process claims to have done and has not.
    pub(super) fn contradicts(&self, claimed: &Statistics) -> Vec<String> {
        let put_back = claimed.retried_later + claimed.handed_back;
        let claims = [
            ("committed", claimed.processed, self.committed),
            ("put back", put_back, self.deferred + self.abandoned),
            ("given up", claimed.dead_lettered, self.dead_lettered),
        ];
        claims
            .into_iter()
            .filter(|(_, said, done)| said > done)
            .map(|(what, said, done)| format!("says it has {what} {said} events, and has {done}"))
            .collect()
    }
}

impl Seen {
    pub(super) fn new(trace: Trace) -> Self {
        Self {
            trace,
            declared: BTreeSet::new(),
            published: BTreeMap::new(),
            misconduct: Vec::new(),
            tallies: BTreeMap::new(),
            held: HashMap::new(),
            leases: 0,
        }
    }

    /// An event was published. Whoever announces what follows from an event must hold that under a
    /// lease.
    pub(super) fn published(&mut self, at: Duration, who: Who, event: &Event) {
        let of_type = self
            .published
            .entry(event.event_type().to_owned())
            .or_default();
        of_type.insert(event.id().clone());
        let (Some(parent), Who::Hive { .. }) = (event.causation_id(), who) else {
            return;
        };
        let held = self.held.get(&(who, parent.clone()));
        let holds = held.is_some_and(|leases| leases.iter().any(|(_, until)| at <= *until));
        if !holds {
            self.misconduct.push(format!(
                "{who} published {} {} at {at:?} without a lease on {parent}",
                event.event_type(),
                event.id()
            ));
        }
    }

    /// A process got a lease.
    pub(super) fn leased(&mut self, who: Who, event: &EventId, until: Duration) -> LeaseNumber {
        self.leases += 1;
        let leases = self.held.entry((who, event.clone())).or_default();
        leases.push((self.leases, until));
        self.leases
    }

    /// A lease was extended. That its holder was told of a longer one before is not taken back.
    pub(super) fn extended(
        &mut self,
        who: Who,
        event: &EventId,
        lease: LeaseNumber,
        until: Duration,
    ) {
        let leases = self.held.get_mut(&(who, event.clone()));
        let told = leases.and_then(|leases| leases.iter_mut().find(|(of, _)| *of == lease));
        if let Some((_, told)) = told {
            *told = until.max(*told);
        }
    }

    /// A lease is no more.
    pub(super) fn ended(&mut self, who: Who, event: &EventId, lease: LeaseNumber) {
        let key = (who, event.clone());
        if let Some(leases) = self.held.get_mut(&key) {
            leases.retain(|(of, _)| *of != lease);
            if leases.is_empty() {
                self.held.remove(&key);
            }
        }
    }

    /// Whether nobody believes to hold a lease. Who has not been told that one is lost may still
    /// publish what another published before.
    pub(in super::super) fn nobody_holds(&self, at: Duration) -> bool {
        let mut leases = self.held.values().flatten();
        leases.all(|(_, until)| *until < at)
    }

    /// What a process did to leases.
    pub(super) fn tally(&mut self, who: Who) -> &mut Tally {
        self.tallies.entry(who).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::trace::Keeping;
    use super::*;

    const BEE: Who = Who::Hive { hive: 0, life: 0 };
    const SECOND: Duration = Duration::from_secs(1);

    fn seen() -> Seen {
        Seen::new(Trace::new(Keeping::Digest))
    }

    fn id(text: &str) -> EventId {
        EventId::parse(text).unwrap()
    }

    fn follow_up(of: &str) -> Event {
        Event::new("Shipped", "text/plain", "").with_causation_id(id(of))
    }

    #[test]
    fn what_follows_is_published_under_a_lease() {
        let mut seen = seen();
        let lease = seen.leased(BEE, &id("a"), 2 * SECOND);
        seen.published(2 * SECOND, BEE, &follow_up("a"));
        seen.extended(BEE, &id("a"), lease, 4 * SECOND);
        // A backend that cuts a lease tells nobody.
        seen.extended(BEE, &id("a"), lease, SECOND);
        seen.published(4 * SECOND, BEE, &follow_up("a"));
        // Whoever places orders needs none.
        seen.published(SECOND, Who::Client, &follow_up("b"));
        seen.published(SECOND, BEE, &Event::new("Placed", "text/plain", ""));
        assert_eq!(seen.misconduct, [""; 0]);
        assert_eq!(seen.published["Shipped"].len(), 3);
        assert!(!seen.nobody_holds(4 * SECOND) && seen.nobody_holds(5 * SECOND));
        seen.ended(BEE, &id("a"), lease);
        assert!(seen.nobody_holds(SECOND));
    }

    type Change = fn(&mut Seen, LeaseNumber) -> Who;

    #[test]
    fn who_publishes_what_follows_without_a_lease_is_found_out() {
        let other = Who::Hive { hive: 0, life: 1 };
        let cases: [(&str, Change); 3] = [
            ("too late", |_, _| BEE),
            ("settled", |seen, lease| {
                seen.ended(BEE, &id("a"), lease);
                BEE
            }),
            ("another's", |_, _| Who::Hive { hive: 0, life: 1 }),
        ];
        for (what, change) in cases {
            let mut seen = seen();
            let lease = seen.leased(BEE, &id("a"), SECOND);
            seen.leased(other, &id("b"), 9 * SECOND);
            let who = change(&mut seen, lease);
            seen.published(SECOND + Duration::from_nanos(1), who, &follow_up("a"));
            assert_eq!(seen.misconduct.len(), 1, "{what}");
        }
    }

    #[test]
    fn who_claims_more_than_was_done_is_found_out() {
        let tally = Tally {
            committed: 3,
            deferred: 1,
            abandoned: 1,
            dead_lettered: 1,
            let_go: 0,
        };
        let claimed = |processed, later, back, dead| {
            let mut claimed = Statistics::default();
            claimed.processed = processed;
            claimed.retried_later = later;
            claimed.handed_back = back;
            claimed.dead_lettered = dead;
            tally.contradicts(&claimed).len()
        };
        assert_eq!(claimed(3, 1, 1, 1), 0);
        // A confirmation that was lost.
        assert_eq!(claimed(2, 0, 0, 0), 0);
        assert_eq!(claimed(4, 1, 1, 1), 1);
        assert_eq!(claimed(4, 2, 1, 2), 3);
    }
}
