//! W3C trace context: how a process is followed across systems.

use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::event::EventId;

/// Which trace an event belongs to, as the W3C recommendation *Trace Context* (version 00) says.
///
/// ```
/// use beehive_core::event::TraceContext;
///
/// let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let trace = TraceContext::parse(text)?;
/// assert_eq!(trace.traceparent(), text);
/// assert!(trace.is_sampled());
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TraceContext {
    trace_id: [u8; 16],
    parent_id: [u8; 8],
    flags: u8,
    state: Option<Box<str>>,
}

impl TraceContext {
    /// The longest `tracestate` that is passed on, in bytes (the recommendation asks for 512).
    pub const STATE_LENGTH_MAX: usize = 512;

    /// The start of a new, sampled trace for an event.
    #[must_use]
    pub fn root(id: &EventId) -> Self {
        let trace_id = id.seed();
        let mut parent_id = [0; 8];
        parent_id.copy_from_slice(&trace_id[8..]);
        Self {
            trace_id,
            parent_id: non_zero(parent_id),
            flags: 1,
            state: None,
        }
    }

    /// Reads a `traceparent` header.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is not of version 00's form, or a part of it is all zeros.
    pub fn parse(traceparent: &str) -> Result<Self, Error> {
        let invalid = || {
            Error::new(
                ErrorKind::Invalid,
                "a traceparent looks like 00-<32 hex digits>-<16 hex digits>-<2 hex digits>",
            )
        };
        let bytes = traceparent.as_bytes();
        if bytes.len() != 55 || &bytes[..3] != b"00-" || bytes[35] != b'-' || bytes[52] != b'-' {
            return Err(invalid());
        }
        let mut trace_id = [0; 16];
        let mut parent_id = [0; 8];
        let mut flags = [0; 1];
        let read = unhex(&bytes[3..35], &mut trace_id)
            .and_then(|()| unhex(&bytes[36..52], &mut parent_id))
            .and_then(|()| unhex(&bytes[53..55], &mut flags));
        if read.is_none() || trace_id == [0; 16] || parent_id == [0; 8] {
            return Err(invalid());
        }
        Ok(Self {
            trace_id,
            parent_id,
            flags: flags[0],
            state: None,
        })
    }

    /// Adds the vendors' `tracestate`; dropped when it is too long or not printable ASCII, as the
    /// recommendation allows.
    #[must_use]
    pub fn with_state(mut self, state: impl Into<String>) -> Self {
        let state = state.into();
        let fits = !state.is_empty()
            && state.len() <= Self::STATE_LENGTH_MAX
            && state.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        self.state = fits.then(|| state.into_boxed_str());
        self
    }

    /// The same trace, continued by the event `id`.
    #[must_use]
    pub fn child(&self, id: &EventId) -> Self {
        let mut parent_id = [0; 8];
        parent_id.copy_from_slice(&id.seed()[..8]);
        Self {
            parent_id: non_zero(parent_id),
            ..self.clone()
        }
    }

    /// The `traceparent` header.
    pub fn traceparent(&self) -> String {
        use fmt::Write as _;
        let mut text = String::with_capacity(55);
        text.push_str("00-");
        let hex = |text: &mut String, bytes: &[u8]| {
            for byte in bytes {
                // Writing to a string cannot fail.
                write!(text, "{byte:02x}").ok();
            }
        };
        hex(&mut text, &self.trace_id);
        text.push('-');
        hex(&mut text, &self.parent_id);
        text.push('-');
        hex(&mut text, &[self.flags]);
        text
    }

    /// The `tracestate` header, if there is one.
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Whether the caller recorded this trace.
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.traceparent())
    }
}

/// Ids of all zeros mean "none" in the recommendation.
fn non_zero(mut id: [u8; 8]) -> [u8; 8] {
    if id == [0; 8] {
        id[7] = 1;
    }
    id
}

fn unhex(digits: &[u8], into: &mut [u8]) -> Option<()> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        // Upper case is invalid in a traceparent.
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    for (pair, byte) in digits.chunks_exact(2).zip(into) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_traceparent_is_refused() {
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-0",
        ] {
            assert!(TraceContext::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_child_stays_in_the_trace_under_another_parent() {
        let root = TraceContext::root(&EventId::new()).with_state("vendor=1");
        let child = root.child(&EventId::new());
        assert_eq!(root.traceparent()[..36], child.traceparent()[..36]);
        assert_ne!(root.traceparent(), child.traceparent());
        assert_eq!(child.tracestate(), Some("vendor=1"));
    }
}
