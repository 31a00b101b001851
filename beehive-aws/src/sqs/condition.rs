//! How SNS and SQS are, by what the last calls were answered, and what was found that no call tells.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use beehive_core::ErrorKind;
use beehive_core::queue::Health;

use crate::error::Fault;

/// How many places at most there are worries about at one time; more tell nobody more.
const WORRIES_MAX: usize = 100;

/// Which service was called: what one answers says nothing of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// SNS.
    Topics,
    /// SQS.
    Queues,
}

/// How the services are: each down since a call failed for no fault of its own, up since one succeeded;
/// and degraded while there are worries about a queue or topic.
#[derive(Debug, Default)]
pub(super) struct Condition {
    topics: Answers,
    queues: Answers,
    is_worried: AtomicBool,
    /// What is wrong with each place, by its name.
    worries: Mutex<BTreeMap<String, &'static str>>,
}

/// What the last calls of one service were answered.
#[derive(Debug, Default)]
struct Answers {
    /// Read before each change, so that what goes well costs no lock.
    is_down: AtomicBool,
    why: Mutex<Option<String>>,
}

impl Answers {
    fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Acquire)
    }

    fn why(&self) -> Option<String> {
        let why = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        why.clone()
    }

    fn set(&self, why: Option<String>) {
        let mut now = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_down.store(why.is_some(), Ordering::Release);
        *now = why;
    }
}

impl Condition {
    pub(super) fn succeeded(&self, service: Service) {
        let answers = self.of(service);
        if answers.is_down() {
            answers.set(None);
            tracing::info!("{} answers again", service.name());
        }
    }

    pub(super) fn failed(&self, service: Service, fault: &Fault) {
        if !is_the_services(fault.kind()) {
            return;
        }
        let answers = self.of(service);
        let error = fault.clone().into_error(service.call(), 1);
        if !answers.is_down() {
            tracing::warn!(%error, "{} cannot be used", service.name());
        }
        answers.set(Some(error.to_string()));
    }

    fn of(&self, service: Service) -> &Answers {
        match service {
            Service::Topics => &self.topics,
            Service::Queues => &self.queues,
        }
    }

    /// Something is wrong with a place though all calls succeed. It is logged once.
    pub(super) fn worry(&self, place: &str, what: &'static str) {
        let mut worries = self.worries();
        if worries.len() < WORRIES_MAX && worries.insert(place.to_owned(), what).is_none() {
            tracing::warn!(place, "{what}");
        }
        self.is_worried.store(true, Ordering::Release);
    }

    /// All is well with a place.
    pub(super) fn relieve(&self, place: &str) {
        if !self.is_worried.load(Ordering::Acquire) {
            return;
        }
        let mut worries = self.worries();
        if worries.remove(place).is_some() {
            tracing::info!(place, "all is well again");
        }
        self.is_worried
            .store(!worries.is_empty(), Ordering::Release);
    }

    pub(super) fn health(&self) -> Health {
        let why: Vec<_> = [self.topics.why(), self.queues.why()]
            .into_iter()
            .flatten()
            .collect();
        if !why.is_empty() {
            return Health::Down(why.join("; "));
        }
        let worries = self.worries();
        if worries.is_empty() {
            return Health::Up;
        }
        let texts = worries
            .iter()
            .map(|(place, what)| format!("{place}: {what}"));
        Health::Degraded(texts.collect::<Vec<_>>().join("; "))
    }

    fn worries(&self) -> MutexGuard<'_, BTreeMap<String, &'static str>> {
        self.worries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::Topics => "SNS",
            Self::Queues => "SQS",
        }
    }

    fn call(self) -> &'static str {
        match self {
            Self::Topics => "call SNS",
            Self::Queues => "call SQS",
        }
    }
}

/// Whether a failure says something of the services, or of the right to use them, rather than of one
/// call.
fn is_the_services(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Temporary | ErrorKind::Denied | ErrorKind::Configuration
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_down_until_a_call_succeeds() {
        let condition = Condition::default();
        let missing = Fault::of_entry("QueueDoesNotExist", None, true);
        condition.failed(Service::Queues, &missing);
        assert!(condition.health().is_up());
        let denied = Fault::of_entry("AccessDenied", Some("not authorized"), true);
        condition.failed(Service::Topics, &denied);
        // That events can be received does not let them be published.
        condition.succeeded(Service::Queues);
        let Health::Down(why) = condition.health() else {
            panic!("it is up");
        };
        assert!(why.contains("call SNS: denied: AWS denies access"), "{why}");
        condition.succeeded(Service::Topics);
        assert!(condition.health().is_up());
    }
    #[test]
    fn it_is_degraded_while_there_are_worries() {
        let condition = Condition::default();
        condition.relieve("shop-Jobs");
        condition.worry("shop-Jobs", "it is full");
        condition.worry("shop-Jobs", "it is full");
        condition.worry("shop-Order", "nobody hears it");
        let Health::Degraded(why) = condition.health() else {
            panic!("it is not degraded");
        };
        assert_eq!(why, "shop-Jobs: it is full; shop-Order: nobody hears it");
        // A call that succeeds says nothing of a place.
        condition.succeeded(Service::Topics);
        condition.relieve("shop-Order");
        assert!(!condition.health().is_up());
        condition.relieve("shop-Jobs");
        assert_eq!(condition.health(), Health::Up);
        for number in 0..2 * WORRIES_MAX {
            condition.worry(&number.to_string(), "it is full");
        }
        assert_eq!(condition.worries().len(), WORRIES_MAX);
    }
}
