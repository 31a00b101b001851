//! The receivers that wait for one subscription, and whom to wake.
//!
//! As many are woken as there are events, in the order in which they came, and one of them, the
//! *keeper*, also sleeps until the next lease expires or delay ends. Whoever leaves passes on what it
//! was woken for, so that no wake-up is lost with a future that is dropped.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use tokio::time::Instant;

use super::quota::Quota;

/// Names a receiver among those of its subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WaiterId(usize);

/// What a receiver is doing.
#[derive(Debug)]
enum Waiter {
    /// Not waiting.
    Away,
    /// Waiting for an event.
    Idle(Waker),
    /// Waiting for one of its own leases to end first.
    Blocked(Waker, Arc<Quota>),
    /// Woken for an event that it has not come for yet.
    Woken,
}

/// All receivers of one subscription.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    all: Vec<Waiter>,
    free: Vec<usize>,
    /// Those that are `Idle`, longest waiting first.
    idle: VecDeque<usize>,
    blocked: usize,
    woken: usize,
    /// Who sleeps until the next change by time, and until when.
    keeper: Option<(usize, Instant)>,
}

impl Waiters {
    pub(super) fn join(&mut self) -> WaiterId {
        WaiterId(self.free.pop().unwrap_or_else(|| {
            self.all.push(Waiter::Away);
            self.all.len() - 1
        }))
    }

    /// A receiver is gone for good; it has left before.
    pub(super) fn part(&mut self, id: WaiterId) {
        self.leave(id);
        self.free.push(id.0);
    }

    /// A receiver waits, for an event or for its quota. Returns until when it must sleep on behalf
    /// of all, if it must.
    pub(super) fn wait(
        &mut self,
        WaiterId(id): WaiterId,
        waker: &Waker,
        quota: &Arc<Quota>,
        next_change: Option<Instant>,
    ) -> Option<Instant> {
        match &mut self.all[id] {
            // It keeps its turn.
            Waiter::Idle(known) | Waiter::Blocked(known, _) => known.clone_from(waker),
            Waiter::Away | Waiter::Woken => {
                self.forget(id);
                if quota.room() == 0 {
                    self.all[id] = Waiter::Blocked(waker.clone(), Arc::clone(quota));
                    self.blocked += 1;
                } else {
                    self.all[id] = Waiter::Idle(waker.clone());
                    self.idle.push_back(id);
                }
            }
        }
        let mine = self.keeper.is_some_and(|(keeper, _)| keeper == id);
        let earlier = |time| self.keeper.is_none_or(|(_, until)| time < until);
        match next_change {
            Some(time) if mine || earlier(time) => self.keeper = Some((id, time)),
            None if mine => self.keeper = None,
            _ => {}
        }
        self.keeper
            .and_then(|(keeper, until)| (keeper == id).then_some(until))
    }

    /// A receiver waits no longer.
    pub(super) fn leave(&mut self, WaiterId(id): WaiterId) {
        self.forget(id);
        if self.keeper.is_some_and(|(keeper, _)| keeper == id) {
            self.keeper = None;
        }
    }

    /// Wakes whom the present state concerns; to be called after every change.
    pub(super) fn wake(&mut self, events: usize, next_change: Option<Instant>) {
        if self.blocked > 0 {
            self.unblock();
        }
        while self.woken < events {
            let Some(id) = self.idle.pop_front() else {
                break;
            };
            if let Waiter::Idle(waker) = std::mem::replace(&mut self.all[id], Waiter::Woken) {
                self.woken += 1;
                waker.wake();
            }
        }
        if let Some(time) = next_change {
            self.keep(time);
        }
    }

    /// Wakes all: there is nothing left to wait for.
    pub(super) fn wake_all(&mut self) {
        for waiter in &self.all {
            if let Waiter::Idle(waker) | Waiter::Blocked(waker, _) = waiter {
                waker.wake_by_ref();
            }
        }
    }

    fn forget(&mut self, id: usize) {
        match std::mem::replace(&mut self.all[id], Waiter::Away) {
            Waiter::Away => {}
            Waiter::Idle(_) => self.idle.retain(|idle| *idle != id),
            Waiter::Blocked(..) => self.blocked -= 1,
            Waiter::Woken => self.woken -= 1,
        }
    }

    /// Those whose quota has room again wait for events now.
    fn unblock(&mut self) {
        for (id, waiter) in self.all.iter_mut().enumerate() {
            if let Waiter::Blocked(waker, quota) = waiter
                && quota.room() > 0
            {
                *waiter = Waiter::Idle(waker.clone());
                self.blocked -= 1;
                self.idle.push_back(id);
            }
        }
    }

    /// Sees to it that somebody who waits sleeps no longer than until then.
    fn keep(&mut self, time: Instant) {
        let keeper = match self.keeper {
            Some((_, until)) if until <= time => return,
            Some((keeper, _)) if self.waker(keeper).is_some() => Some(keeper),
            _ => self.idle.front().copied().or_else(|| self.any_blocked()),
        };
        if let Some(keeper) = keeper {
            self.keeper = Some((keeper, time));
            if let Some(waker) = self.waker(keeper) {
                waker.wake_by_ref();
            }
        }
    }

    fn waker(&self, id: usize) -> Option<&Waker> {
        match &self.all[id] {
            Waiter::Idle(waker) | Waiter::Blocked(waker, _) => Some(waker),
            Waiter::Away | Waiter::Woken => None,
        }
    }

    fn any_blocked(&self) -> Option<usize> {
        if self.blocked == 0 {
            return None;
        }
        self.all
            .iter()
            .position(|waiter| matches!(waiter, Waiter::Blocked(..)))
    }
}
