//! What a window's confirms and returns mean. Pure.
//!
//! The driver hands a returned message to whichever confirm completes next, so a confirm says
//! nothing about the message it belongs to beyond that the broker took it. What was returned is
//! therefore collected from the whole window, and found again by what it is.

use std::collections::HashSet;

use lapin::types::ShortString;

/// What tells a message of a window from the others, and is returned with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Mark {
    pub(super) exchange: ShortString,
    pub(super) routing_key: ShortString,
    pub(super) id: Option<ShortString>,
}

/// What the broker answered to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It has the message, or returned it.
    Confirmed,
    /// A queue did not take it.
    Refused,
    /// Nothing, before the channel ended or the time was over.
    Missing,
}

/// What is known of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// In every queue it was routed to.
    Stored,
    /// In no queue.
    Unrouted,
    /// A queue did not take it.
    Refused,
    /// It may be stored or not.
    Unknown,
}

/// Rules on each message of a window, in order.
///
/// Of equal copies in one window, all count as returned if one was: publishing once more is safe,
/// and taking a lost event for a stored one is not.
pub(super) fn rule(window: &[(Mark, Answer)], returned: &[Mark]) -> Vec<Ruling> {
    let certainty = Certainty::of(window, returned);
    let returned: HashSet<&Mark> = returned.iter().collect();
    let rule_on = |(mark, answer): &(Mark, Answer)| match answer {
        Answer::Refused => Ruling::Refused,
        Answer::Missing => Ruling::Unknown,
        Answer::Confirmed if certainty == Certainty::None => Ruling::Unknown,
        Answer::Confirmed if !returned.is_empty() && returned.contains(mark) => Ruling::Unrouted,
        Answer::Confirmed => Ruling::Stored,
    };
    window.iter().map(rule_on).collect()
}

/// Whether all that was returned of what is confirmed is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Whole,
    None,
}

impl Certainty {
    /// The broker returns a message before it confirms it, and each confirm takes one returned
    /// message along. So all are known when every confirm came; and when some did not, as long as
    /// none was returned, since a waiting one would have been taken along by the next confirm.
    fn of(window: &[(Mark, Answer)], returned: &[Mark]) -> Self {
        let is_complete = window.iter().all(|(_, answer)| *answer != Answer::Missing);
        let is_ours = |mark: &Mark| window.iter().any(|(sent, _)| sent == mark);
        // A message that was never sent cannot come back. If one does, what we know is wrong.
        if (is_complete && returned.iter().all(is_ours)) || returned.is_empty() {
            Self::Whole
        } else {
            Self::None
        }
    }
}

#[cfg(test)]
mod tests;
