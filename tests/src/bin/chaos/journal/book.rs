//! The book of all workers together.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::line::Said;
use super::news::Told;
use super::strike::{Injury, Strike};

/// One process of a worker, from its start to its end.
pub(crate) type Life = u32;

/// A delivery of one event to one subscription, however often it is repeated: the number that stands
/// for both names, which a long run cannot keep all of.
type Delivery = u64;

/// What the workers said, in the order in which it was read.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    in_work: HashMap<Life, HashSet<Delivery>>,
    done: HashSet<Delivery>,
    /// What nobody has in work and of which the last that was heard leaves open whether it was settled:
    /// its process died, or was not answered.
    unheard: HashSet<Delivery>,
    confirmed: u64,
    over: u64,
    redelivered: u64,
    recovered: HashSet<Delivery>,
    injuries: Vec<Injury>,
    /// Who waits for a delivery to end.
    victims: HashMap<Delivery, Vec<Strike>>,
}

impl Journal {
    /// Notes what a process said.
    pub(crate) fn note(&self, life: Life, said: Said<'_>) {
        let mut book = self.book();
        match said {
            Said::Taken {
                queue,
                event,
                attempt,
            } => {
                if attempt > 1 {
                    book.redelivered += 1;
                }
                let delivery = number(queue, event);
                book.unheard.remove(&delivery);
                book.in_work.entry(life).or_default().insert(delivery);
            }
            Said::Ended {
                queue,
                event,
                outcome,
            } => {
                let delivery = number(queue, event);
                if let Some(of_life) = book.in_work.get_mut(&life) {
                    of_life.remove(&delivery);
                }
                if outcome.is_open() {
                    book.unheard.insert(delivery);
                } else {
                    book.unheard.remove(&delivery);
                }
                if outcome.is_final() {
                    book.end(delivery);
                }
            }
        }
    }

    /// A fault strikes now: what is in work in these processes is its victim.
    pub(crate) fn strike(&self, kind: &'static str, lives: &[Life]) -> Strike {
        let mut book = self.book();
        let victims: HashSet<_> = lives
            .iter()
            .filter_map(|life| book.in_work.get(life))
            .flatten()
            .filter(|delivery| !book.done.contains(delivery))
            .copied()
            .collect();
        let strike = Strike(book.injuries.len());
        book.injuries.push(Injury::new(kind, victims.len()));
        for victim in victims {
            book.victims.entry(victim).or_default().push(strike);
        }
        strike
    }

    /// The fault is over; from here on its recovery is measured.
    pub(crate) fn over(&self, strike: Strike) {
        if let Some(injury) = self.book().injuries.get_mut(strike.0) {
            injury.over = Some(Instant::now());
        }
    }

    /// A process is gone, and works on nothing any more.
    pub(crate) fn gone(&self, life: Life) {
        let mut book = self.book();
        let left = book.in_work.remove(&life).unwrap_or_default();
        book.unheard.extend(left);
    }

    /// The queues are empty: what nobody has in work, and what did not come again, was settled by a
    /// process that could not say so any more. Whether it was done first is for the effects to tell.
    pub(crate) fn empty(&self) {
        let mut book = self.book();
        let unheard = std::mem::take(&mut book.unheard);
        let in_work: HashSet<_> = book.in_work.values().flatten().copied().collect();
        for delivery in unheard.difference(&in_work) {
            book.close(*delivery, None);
        }
    }

    /// Notes what the shop said.
    pub(crate) fn hear(&self, told: Told) {
        let mut book = self.book();
        match told {
            Told::Confirmed(orders) => book.confirmed = orders,
            Told::Over(orders) => book.over = orders,
        }
    }

    /// How many orders were placed and confirmed, as the shop said.
    pub(crate) fn orders_confirmed(&self) -> u64 {
        self.book().confirmed
    }

    /// How many orders are over, as the shop said.
    pub(crate) fn orders_over(&self) -> u64 {
        self.book().over
    }

    /// How many deliveries a process has in work.
    pub(crate) fn in_work_of(&self, life: Life) -> usize {
        self.book().in_work.get(&life).map_or(0, HashSet::len)
    }

    /// Deliveries that came again.
    pub(crate) fn redelivered(&self) -> u64 {
        self.book().redelivered
    }

    /// Deliveries that a fault hit and that ended all the same.
    pub(crate) fn recovered(&self) -> usize {
        self.book().recovered.len()
    }

    /// What came of each fault.
    pub(crate) fn injuries(&self) -> Vec<Injury> {
        self.book().injuries.clone()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Each change is complete in itself.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn end(&mut self, delivery: Delivery) {
        self.done.insert(delivery);
        if self.victims.contains_key(&delivery) {
            self.recovered.insert(delivery);
        }
        self.close(delivery, Some(Instant::now()));
    }

    /// Nobody waits for this delivery any more; it ended now, or nobody knows when.
    fn close(&mut self, delivery: Delivery, now: Option<Instant>) {
        for strike in self.victims.remove(&delivery).unwrap_or_default() {
            self.injuries[strike.0].close(now);
        }
    }
}

/// Two deliveries of a long run meet in one number less than once in a million runs.
fn number(queue: &str, event: &str) -> Delivery {
    let mut hasher = DefaultHasher::new();
    (queue, event).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::super::line::Outcome;
    use super::*;

    fn taken(event: &str) -> Said<'_> {
        Said::Taken {
            queue: "A-B",
            event,
            attempt: 1,
        }
    }

    fn ended(event: &str, outcome: Outcome) -> Said<'_> {
        Said::Ended {
            queue: "A-B",
            event,
            outcome,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_recovers_when_the_last_of_what_it_hit_has_ended() {
        let journal = Journal::default();
        journal.note(1, taken("a"));
        journal.note(1, taken("b"));
        journal.note(2, taken("c"));
        let strike = journal.strike("kill", &[1]);
        journal.gone(1);
        journal.over(strike);
        journal.note(2, ended("c", Outcome::Committed));
        journal.note(2, ended("a", Outcome::Committed));
        journal.note(2, ended("b", Outcome::Deferred));
        advance(Duration::from_secs(3)).await;
        assert_eq!(journal.injuries()[0].recovery(), None);
        journal.note(2, ended("b", Outcome::Committed));
        let injury = &journal.injuries()[0];
        assert_eq!((injury.hit, injury.open), (2, 0));
        assert_eq!(injury.recovery(), Some(Duration::from_secs(3)));
        assert_eq!(journal.recovered(), 2);
        assert_eq!(journal.in_work_of(2), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_that_hit_nothing_has_nothing_to_recover() {
        let journal = Journal::default();
        journal.note(1, taken("a"));
        journal.note(1, ended("a", Outcome::Committed));
        // A copy of what is done is no work in flight.
        journal.note(1, taken("a"));
        let strike = journal.strike("kill", &[1]);
        journal.over(strike);
        let injury = &journal.injuries()[0];
        assert_eq!((injury.hit, injury.recovery()), (0, None));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_process_settled_as_it_died_is_not_waited_for_once_the_queues_are_empty() {
        let journal = Journal::default();
        for event in ["a", "b", "c", "d"] {
            journal.note(1, taken(event));
        }
        let strike = journal.strike("kill", &[1]);
        journal.gone(1);
        journal.over(strike);
        advance(Duration::from_secs(3)).await;
        journal.note(2, taken("a"));
        journal.note(2, ended("a", Outcome::Committed));
        // It was to come again, and did not: that is a loss.
        journal.note(2, taken("b"));
        journal.note(2, ended("b", Outcome::Deferred));
        // Somebody has it and says nothing.
        journal.note(3, taken("c"));
        journal.empty();
        let injury = &journal.injuries()[0];
        assert_eq!((injury.open, injury.recovery()), (2, None));
        journal.note(3, ended("c", Outcome::LeaseLost));
        journal.note(2, taken("b"));
        journal.note(2, ended("b", Outcome::NotSettled));
        journal.empty();
        let injury = &journal.injuries()[0];
        assert_eq!((injury.hit, injury.open), (4, 0));
        assert_eq!(injury.recovery(), Some(Duration::from_secs(3)));
        assert_eq!(journal.recovered(), 1);
    }

    #[test]
    fn the_last_news_of_the_shop_counts() {
        let journal = Journal::default();
        journal.hear(Told::Confirmed(100));
        journal.hear(Told::Over(20));
        journal.hear(Told::Over(30));
        assert_eq!(
            (journal.orders_confirmed(), journal.orders_over()),
            (100, 30)
        );
    }
}
