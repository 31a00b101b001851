//! The kill switch: when most events fail, polling pauses instead of draining the queue into the
//! dead letters. A pure state machine.

use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::time::Instant;

use crate::recovery::Backoff;

/// When polling pauses because most events fail, and for how long.
///
/// After the pause one event is tried as a probe: if it succeeds, all goes on; if it fails, the next
/// pause is twice as long. While the switch is open a failure does not count towards giving an event
/// up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KillSwitchPolicy {
    window: u32,
    share: f64,
    pause: Duration,
    pause_max: Duration,
}

impl KillSwitchPolicy {
    /// How many of the last events are looked at, up to 64, but at least twice as many as are
    /// processed at one time: those that fail slowly end together. The switch never opens before
    /// that many are known. The default is 20.
    #[must_use]
    pub fn with_window(mut self, events: u32) -> Self {
        self.window = events.clamp(1, u64::BITS);
        self
    }

    /// The policy for an actor that processes so many events at one time.
    pub(super) fn for_parallelism(self, parallelism: NonZeroUsize) -> Self {
        let twice = u32::try_from(parallelism.get().saturating_mul(2)).unwrap_or(u32::MAX);
        self.with_window(self.window.max(twice))
    }

    /// The share of failures, from 0 to 1, from which on the switch opens. The default is 0.6;
    /// above 1 it never opens.
    #[must_use]
    pub fn with_share(mut self, share: f64) -> Self {
        self.share = share;
        self
    }

    /// The first pause, and the longest. The defaults are a second and a minute.
    #[must_use]
    pub fn with_pause(mut self, first: Duration, max: Duration) -> Self {
        self.pause = first;
        self.pause_max = max;
        self
    }
}

impl Default for KillSwitchPolicy {
    fn default() -> Self {
        Self {
            window: 20,
            share: 0.6,
            pause: Duration::from_secs(1),
            pause_max: Duration::from_mins(1),
        }
    }
}

/// How an event ended, as far as the switch is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The actor and what it depends on work.
    Success,
    /// They may not.
    Failure,
    /// It says nothing about them, such as an event that cannot be read.
    Neutral,
}

/// What the intake may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// Receive.
    Open,
    /// Receive one event, as a probe.
    Probe,
    /// Wait until then.
    Pause(Instant),
    /// Wait for the probe that is under way.
    Probing,
}

#[derive(Debug)]
enum State {
    /// All is well.
    Closed,
    /// Paused for the `step`th time in a row.
    Paused { until: Instant, step: u32 },
    /// A probe is under way.
    Probing { step: u32 },
}

#[derive(Debug)]
pub(super) struct KillSwitch {
    policy: KillSwitchPolicy,
    state: State,
    /// The last results, the newest in the lowest bit; a failure is a one.
    recent: u64,
    known: u32,
}

impl KillSwitch {
    pub(super) fn new(policy: KillSwitchPolicy) -> Self {
        Self {
            policy,
            state: State::Closed,
            recent: 0,
            known: 0,
        }
    }

    /// Whether failures count towards giving an event up.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// What the intake may do now.
    pub(super) fn gate(&self, now: Instant) -> Gate {
        match self.state {
            State::Closed => Gate::Open,
            State::Paused { until, .. } if now < until => Gate::Pause(until),
            State::Paused { .. } => Gate::Probe,
            State::Probing { .. } => Gate::Probing,
        }
    }

    /// The intake has taken an event as the probe.
    pub(super) fn probe_taken(&mut self) {
        if let State::Paused { step, .. } = self.state {
            self.state = State::Probing { step };
        }
    }

    /// Notes how an event ended; `true` if that changed what the intake may do.
    pub(super) fn note(&mut self, mark: Mark, now: Instant, fraction: f64) -> bool {
        if mark == Mark::Neutral || !self.is_closed() {
            return false;
        }
        let mask = u64::MAX >> (u64::BITS - self.policy.window);
        self.recent = (self.recent << 1 | u64::from(mark == Mark::Failure)) & mask;
        self.known = self.policy.window.min(self.known + 1);
        let failures = f64::from(self.recent.count_ones());
        if self.known < self.policy.window
            || failures < f64::from(self.policy.window) * self.policy.share
        {
            return false;
        }
        self.pause(1, now, fraction);
        true
    }

    /// Notes how the probe ended.
    pub(super) fn note_probe(&mut self, mark: Mark, now: Instant, fraction: f64) {
        let State::Probing { step } = self.state else {
            return;
        };
        match mark {
            Mark::Success => {
                self.state = State::Closed;
                self.recent = 0;
                self.known = 0;
            }
            Mark::Failure => self.pause(step.saturating_add(1), now, fraction),
            // Try another one at once.
            Mark::Neutral => self.state = State::Paused { until: now, step },
        }
    }

    fn pause(&mut self, step: u32, now: Instant, fraction: f64) {
        let backoff = Backoff::new(self.policy.pause, self.policy.pause_max);
        self.state = State::Paused {
            until: now + backoff.with_jitter(step, fraction),
            step,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn switch() -> KillSwitch {
        KillSwitch::new(
            KillSwitchPolicy::default()
                .with_window(4)
                .with_share(0.75)
                .with_pause(SECOND, 4 * SECOND),
        )
    }

    fn note_all(switch: &mut KillSwitch, marks: &str, now: Instant) {
        for mark in marks.chars() {
            let mark = match mark {
                'f' => Mark::Failure,
                's' => Mark::Success,
                _ => Mark::Neutral,
            };
            switch.note(mark, now, 1.0);
        }
    }

    #[test]
    fn it_opens_when_the_share_of_failures_is_reached_and_not_before() {
        let now = Instant::now();
        for (marks, closed) in [
            ("fff", true),
            ("ffff", false),
            ("fffs", false),
            ("ffss", true),
            ("ffssff", true),
            ("ffssfff", false),
            ("fffnnn", true),
        ] {
            let mut switch = switch();
            note_all(&mut switch, marks, now);
            assert_eq!(switch.is_closed(), closed, "{marks}");
        }
    }

    #[test]
    fn pauses_grow_until_a_probe_succeeds() {
        let mut now = Instant::now();
        let mut switch = switch();
        note_all(&mut switch, "ffff", now);
        for pause in [1, 2, 4, 4] {
            assert_eq!(switch.gate(now), Gate::Pause(now + pause * SECOND));
            now += pause * SECOND;
            assert_eq!(switch.gate(now), Gate::Probe);
            switch.probe_taken();
            assert_eq!(switch.gate(now), Gate::Probing);
            switch.note_probe(Mark::Failure, now, 1.0);
        }
        now += 4 * SECOND;
        switch.probe_taken();
        switch.note_probe(Mark::Neutral, now, 1.0);
        assert_eq!(switch.gate(now), Gate::Probe);
        switch.probe_taken();
        switch.note_probe(Mark::Success, now, 1.0);
        assert_eq!(switch.gate(now), Gate::Open);
        note_all(&mut switch, "fff", now);
        assert!(switch.is_closed(), "the past is forgotten");
    }

    #[test]
    fn what_was_under_way_when_it_opened_changes_nothing() {
        let now = Instant::now();
        let mut switch = switch();
        note_all(&mut switch, "ffffffff", now);
        assert_eq!(switch.gate(now), Gate::Pause(now + SECOND));
    }

    #[test]
    fn a_share_above_one_never_opens() {
        let policy = KillSwitchPolicy::default().with_share(1.1).with_window(2);
        let mut switch = KillSwitch::new(policy);
        note_all(&mut switch, "ffffffff", Instant::now());
        assert!(switch.is_closed());
    }
}
