//! The deliveries of one channel that the broker waits to hear of. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::term::Term;

#[cfg(test)]
mod tests;

/// What a delivery is called on its channel: they are counted up from 1.
pub(super) type Tag = u64;

/// What tells the broker of one or more deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// This one is done.
    Ack(Tag),
    /// All up to this one are done.
    AckUpTo(Tag),
    /// This one goes back to its queue, for no fault of its own.
    HandBack(Tag),
    /// This one goes back to its queue, and counts as a failed delivery. Newer brokers count what is
    /// rejected, and not what is handed back.
    Reject(Tag),
}

/// A delivery came, and one before it did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Skipped;

/// What went with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    /// How many were held.
    pub(super) held: usize,
    /// How many were done, without the broker having been told for sure.
    pub(super) untold: usize,
}

/// The lease is no more: it expired, or was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gone;

/// Why a lease is not extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotExtended {
    Gone,
    /// The delivery cannot be held so long.
    Limit,
}

/// Where a delivery is.
#[derive(Debug)]
enum State {
    /// In the buffer, or the broker just sent it.
    Waiting,
    /// With a worker.
    Leased { deadline: Instant },
    /// With a worker who settles it by publishing something first; held until then.
    Settling { deadline: Instant, until: Instant },
    /// Under no lease; it is sent elsewhere as a new message.
    Leaving,
    /// Done, and the broker is to be told.
    Done,
}

#[derive(Debug)]
struct Entry<C> {
    /// Until when it may be held.
    limit: Instant,
    state: State,
    /// What to send on in its place when its lease expires. Without one it is rejected.
    copy: Option<C>,
}

/// The deliveries of one channel that the broker waits to hear of.
///
/// There is no timer for each: `earliest` is never later than the first deadline, and the table is
/// only searched when that moment has passed. Most leases are settled long before, so that is once
/// per lease time rather than once per event.
#[derive(Debug)]
pub(super) struct Outstanding<C> {
    term: Term,
    /// What the broker calls the next delivery.
    next: Tag,
    entries: BTreeMap<Tag, Entry<C>>,
    /// To be told before any ack, since an ack up to a tag includes all before it.
    back: Vec<Frame>,
    /// Those that are `Done`.
    done: Vec<Tag>,
    /// How many were done of which the broker is being told.
    telling: usize,
    /// How many are `Waiting`.
    waiting: usize,
    earliest: Option<Instant>,
}

/// The leases that expired.
#[derive(Debug)]
pub(super) struct Expired<C> {
    /// How many.
    pub(super) count: usize,
    /// Those to be sent on as new messages. They stay in the table until [`Outstanding::left`] or
    /// [`Outstanding::stayed`].
    pub(super) leaving: Vec<(Tag, C)>,
}

impl<C> Outstanding<C> {
    pub(super) fn new(term: Term) -> Self {
        Self {
            term,
            next: 1,
            entries: BTreeMap::new(),
            back: Vec::new(),
            done: Vec::new(),
            telling: 0,
            waiting: 0,
            earliest: None,
        }
    }

    /// The broker sent it.
    ///
    /// # Errors
    /// If it sent others before that never arrived. It waits to hear of those, and takes an ack up to
    /// a later one for theirs: events would be gone that nobody has seen.
    pub(super) fn arrive(&mut self, tag: Tag, now: Instant) -> Result<(), Skipped> {
        if tag != self.next {
            return Err(Skipped);
        }
        self.next += 1;
        let entry = Entry {
            limit: self.term.limit(now),
            state: State::Waiting,
            copy: None,
        };
        self.entries.insert(tag, entry);
        self.waiting += 1;
        Ok(())
    }

    /// Gives out a waiting delivery, and says until when. One that has waited too long is handed
    /// back instead.
    pub(super) fn lease(&mut self, tag: Tag, now: Instant) -> Option<Instant> {
        let entry = self.entries.get_mut(&tag)?;
        let State::Waiting = entry.state else {
            return None;
        };
        self.waiting -= 1;
        let Some(deadline) = self.term.deadline(now, entry.limit) else {
            self.entries.remove(&tag);
            self.back.push(Frame::HandBack(tag));
            return None;
        };
        entry.state = State::Leased { deadline };
        self.lower(deadline);
        Some(deadline)
    }

    /// What to send on in its place should its lease expire.
    pub(super) fn keep_copy(&mut self, tag: Tag, copy: C) {
        if let Some(entry) = self.entries.get_mut(&tag) {
            entry.copy = Some(copy);
        }
    }

    /// Moves the deadline of a lease.
    pub(super) fn extend(
        &mut self,
        tag: Tag,
        now: Instant,
        duration: Duration,
    ) -> Result<Instant, NotExtended> {
        let term = self.term;
        let entry = self.leased(tag, now).map_err(|Gone| NotExtended::Gone)?;
        let limit = entry.limit;
        let State::Leased { deadline } = &mut entry.state else {
            return Err(NotExtended::Gone);
        };
        let extended = term
            .extended(now, duration, *deadline, limit)
            .ok_or(NotExtended::Limit)?;
        *deadline = extended;
        self.lower(extended);
        Ok(extended)
    }

    /// Begins to settle a lease by publishing something: it does not expire before `until`, or the
    /// delivery's limit, which is returned.
    pub(super) fn begin(
        &mut self,
        tag: Tag,
        now: Instant,
        until: Instant,
    ) -> Result<Instant, Gone> {
        let entry = self.leased(tag, now)?;
        let State::Leased { deadline } = entry.state else {
            return Err(Gone);
        };
        let until = until.max(deadline).min(entry.limit);
        entry.state = State::Settling { deadline, until };
        self.lower(until);
        Ok(until)
    }

    /// Nothing was published: the lease is as it was before.
    pub(super) fn resume(&mut self, tag: Tag) {
        if let Some(entry) = self.entries.get_mut(&tag)
            && let State::Settling { deadline, .. } = entry.state
        {
            entry.state = State::Leased { deadline };
            self.lower(deadline);
        }
    }

    /// Settles a lease: the broker is to forget the delivery.
    pub(super) fn done(&mut self, tag: Tag, now: Instant) -> Result<(), Gone> {
        self.leased(tag, now)?.state = State::Done;
        self.done.push(tag);
        Ok(())
    }

    /// Settles a lease: the delivery goes back to its queue.
    pub(super) fn hand_back(&mut self, tag: Tag, now: Instant) -> Result<(), Gone> {
        self.leased(tag, now)?;
        self.entries.remove(&tag);
        self.back.push(Frame::HandBack(tag));
        Ok(())
    }

    /// Takes a lease away from whoever has it, to send the event elsewhere.
    pub(super) fn leave(&mut self, tag: Tag, now: Instant) -> Result<Instant, Gone> {
        let entry = self.leased(tag, now)?;
        entry.state = State::Leaving;
        Ok(entry.limit)
    }

    /// It was sent elsewhere.
    pub(super) fn left(&mut self, tag: Tag) {
        if let Some(entry) = self.entries.get_mut(&tag)
            && let State::Leaving = entry.state
        {
            entry.state = State::Done;
            self.done.push(tag);
        }
    }

    /// It could not be sent elsewhere.
    pub(super) fn stayed(&mut self, tag: Tag) {
        if let Some(entry) = self.entries.get(&tag)
            && let State::Leaving = entry.state
        {
            self.entries.remove(&tag);
            self.back.push(Frame::Reject(tag));
        }
    }

    /// Hands back all that wait.
    pub(super) fn hand_back_waiting(&mut self) {
        if self.waiting == 0 {
            return;
        }
        let back = &mut self.back;
        self.entries.retain(|tag, entry| {
            let waits = matches!(entry.state, State::Waiting);
            if waits {
                back.push(Frame::HandBack(*tag));
            }
            !waits
        });
        self.waiting = 0;
    }

    /// Ends every lease whose deadline has come.
    pub(super) fn expire(&mut self, now: Instant) -> Expired<C> {
        let mut expired = Expired {
            count: 0,
            leaving: Vec::new(),
        };
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return expired;
        }
        let mut earliest: Option<Instant> = None;
        let back = &mut self.back;
        self.entries.retain(|tag, entry| {
            let ends = match entry.state {
                State::Leased { deadline } => deadline,
                State::Settling { until, .. } => until,
                State::Waiting | State::Leaving | State::Done => return true,
            };
            if now < ends {
                earliest = Some(earliest.map_or(ends, |earliest| earliest.min(ends)));
                return true;
            }
            expired.count += 1;
            if let Some(copy) = entry.copy.take() {
                entry.state = State::Leaving;
                expired.leaving.push((*tag, copy));
                return true;
            }
            back.push(Frame::Reject(*tag));
            false
        });
        self.earliest = earliest;
        expired
    }

    /// What the broker is to be told now, in this order: as few frames as possible, and none that
    /// waits for a delivery that is still worked on. Until [`told`](Self::told) it is not sure that
    /// the broker hears of it.
    pub(super) fn frames(&mut self) -> Vec<Frame> {
        let mut frames = std::mem::take(&mut self.back);
        if self.done.is_empty() {
            return frames;
        }
        self.telling += self.done.len();
        let mut run = 0_usize;
        let mut last = 0;
        while let Some(first) = self.entries.first_entry() {
            let State::Done = first.get().state else {
                break;
            };
            last = first.remove_entry().0;
            run += 1;
        }
        match run {
            0 => {}
            1 => frames.push(Frame::Ack(last)),
            _ => frames.push(Frame::AckUpTo(last)),
        }
        for tag in self.done.drain(..) {
            if self.entries.remove(&tag).is_some() {
                frames.push(Frame::Ack(tag));
            }
        }
        frames
    }

    /// The broker was told, and of so many that are done.
    pub(super) fn told(&mut self) -> usize {
        std::mem::take(&mut self.telling)
    }

    /// Whether there is anything to tell the broker.
    pub(super) fn has_frames(&self) -> bool {
        !self.done.is_empty() || !self.back.is_empty()
    }

    /// No lease expires before this; it may well be that none does then.
    pub(super) fn earliest(&self) -> Option<Instant> {
        self.earliest
    }

    /// How many are with somebody, rather than waiting or settled.
    pub(super) fn held(&self) -> usize {
        self.entries.len() - self.waiting - self.done.len()
    }

    /// Whether none is held, and the broker knows of all that was settled.
    pub(super) fn is_settled(&self) -> bool {
        self.entries.len() == self.waiting && self.back.is_empty()
    }

    /// Forgets everything, and says what was lost.
    pub(super) fn clear(&mut self) -> Lost {
        let lost = Lost {
            held: self.held(),
            untold: self.done.len() + self.telling,
        };
        *self = Self::new(self.term);
        lost
    }

    /// The delivery, if it is under a lease that holds now.
    fn leased(&mut self, tag: Tag, now: Instant) -> Result<&mut Entry<C>, Gone> {
        let entry = self.entries.get_mut(&tag).ok_or(Gone)?;
        let ends = match entry.state {
            State::Leased { deadline } => deadline,
            State::Settling { until, .. } => until,
            State::Waiting | State::Leaving | State::Done => return Err(Gone),
        };
        if now < ends { Ok(entry) } else { Err(Gone) }
    }

    fn lower(&mut self, deadline: Instant) {
        self.earliest = Some(self.earliest.map_or(deadline, |e| e.min(deadline)));
    }
}
