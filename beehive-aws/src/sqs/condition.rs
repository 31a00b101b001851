//! How SNS and SQS are, by what the last calls were answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use beehive_core::ErrorKind;
use beehive_core::queue::Health;

use crate::error::Fault;

/// How the services are: down since a call failed for no fault of its own, up since one succeeded.
#[derive(Debug, Default)]
pub(super) struct Condition {
    /// Read before each change, so that what goes well costs no lock.
    is_down: AtomicBool,
    why: Mutex<Option<String>>,
}

impl Condition {
    pub(super) fn succeeded(&self) {
        if self.is_down.load(Ordering::Acquire) {
            self.set(None);
            tracing::info!("SNS and SQS answer again");
        }
    }

    pub(super) fn failed(&self, fault: &Fault) {
        if !is_the_services(fault.kind()) {
            return;
        }
        let error = fault.clone().into_error("call SNS or SQS", 1);
        if !self.is_down.load(Ordering::Acquire) {
            tracing::warn!(%error, "SNS or SQS cannot be used");
        }
        self.set(Some(error.to_string()));
    }

    pub(super) fn health(&self) -> Health {
        let why = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        why.clone().map_or(Health::Up, Health::Down)
    }

    fn set(&self, why: Option<String>) {
        let mut now = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_down.store(why.is_some(), Ordering::Release);
        *now = why;
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
        condition.failed(&Fault::of_entry("QueueDoesNotExist", None, true));
        assert!(condition.health().is_up());
        condition.failed(&Fault::of_entry(
            "AccessDenied",
            Some("not authorized"),
            true,
        ));
        let Health::Down(why) = condition.health() else {
            panic!("it is up");
        };
        assert!(why.contains("AWS denies access"), "{why}");
        condition.succeeded();
        assert!(condition.health().is_up());
    }
}
