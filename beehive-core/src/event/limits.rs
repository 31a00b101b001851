//! How large an event may be.

use crate::error::{Error, ErrorKind};
use crate::event::cloudevents::is_property_name;
use crate::event::{Event, EventId};
use crate::queue::{QueueKind, QueueName};

/// The limits every event is held to before anything is sent.
///
/// ```
/// use beehive_core::event::{Event, EventLimits};
///
/// let limits = EventLimits::default().with_body_max(4);
/// assert!(limits.check(&Event::new("Topic", "text/plain", "bees")).is_ok());
/// assert!(limits.check(&Event::new("Topic", "text/plain", "wasps")).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLimits {
    body_max: usize,
    headers_max: usize,
    headers_size_max: usize,
}

impl EventLimits {
    /// The largest body, in bytes. The default, 192 KiB, leaves room for the headers within the
    /// 256 KiB that the tightest of the known brokers takes for both.
    #[must_use]
    pub fn with_body_max(mut self, bytes: usize) -> Self {
        self.body_max = bytes;
        self
    }

    /// The largest number of properties. The default is 32.
    #[must_use]
    pub fn with_headers_max(mut self, count: usize) -> Self {
        self.headers_max = count;
        self
    }

    /// The largest size of everything but the body, in bytes. The default is 16 KiB.
    #[must_use]
    pub fn with_headers_size_max(mut self, bytes: usize) -> Self {
        self.headers_size_max = bytes;
        self
    }

    /// The largest body, in bytes.
    pub fn body_max(&self) -> usize {
        self.body_max
    }

    /// The largest number of properties.
    pub fn headers_max(&self) -> usize {
        self.headers_max
    }

    /// The largest size of everything but the body, in bytes.
    pub fn headers_size_max(&self) -> usize {
        self.headers_size_max
    }

    /// The stricter of each two limits.
    #[must_use]
    pub fn tightened_by(self, other: Self) -> Self {
        Self {
            body_max: self.body_max.min(other.body_max),
            headers_max: self.headers_max.min(other.headers_max),
            headers_size_max: self.headers_size_max.min(other.headers_size_max),
        }
    }

    /// Checks that an event may be published.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if it is too large, [`ErrorKind::Invalid`] if its type does not name a
    /// topic and it has no other destination, if its destination is a subscription, if its source
    /// is empty, or if a property's name is not allowed.
    pub fn check(&self, event: &Event) -> Result<(), Error> {
        self.check_size(event)
            .and_then(|()| check_form(event))
            .map_err(|error| {
                error
                    .with_operation("check event")
                    .with_context("event", event.id())
                    .with_context("type", event.event_type())
            })
    }

    /// Checks the size alone; what is received is held to no more than that.
    pub(crate) fn check_size(&self, event: &Event) -> Result<(), Error> {
        let limit = |message: &'static str, size: usize, max: usize| {
            if size <= max {
                return Ok(());
            }
            Err(Error::new(ErrorKind::Limit, message)
                .with_context("is", size)
                .with_context("limit", max))
        };
        limit(
            "the body is too large; put it into a store and send its URL",
            event.data().len(),
            self.body_max,
        )?;
        let count = event
            .envelope()
            .properties
            .as_ref()
            .map_or(0, |all| all.len());
        limit("too many properties", count, self.headers_max)?;
        limit(
            "the headers are too large",
            headers_size(event),
            self.headers_size_max,
        )
    }
}

impl Default for EventLimits {
    fn default() -> Self {
        Self {
            body_max: 192 * 1024,
            headers_max: 32,
            headers_size_max: 16 * 1024,
        }
    }
}

fn check_form(event: &Event) -> Result<(), Error> {
    let invalid = |message: &'static str| Err(Error::new(ErrorKind::Invalid, message));
    match event.destination().map(QueueName::kind) {
        Some(QueueKind::Topic | QueueKind::Queue) => {}
        Some(QueueKind::Subscription) => {
            return invalid("an event is sent to a topic or a simple queue, not a subscription");
        }
        None => QueueName::check_word(event.event_type())?,
    }
    if event.source().is_empty() {
        return invalid("the source is empty");
    }
    let texts = [
        Some(event.source()),
        event.subject(),
        Some(event.content_type()),
        event.body_url(),
    ];
    let values = event.properties().map(|(_, value)| value);
    if texts
        .into_iter()
        .flatten()
        .chain(values)
        .any(has_control_character)
    {
        return invalid(
            "a header holds a control character, such as a line break, which CloudEvents forbids",
        );
    }
    for (name, _) in event.properties() {
        if !is_property_name(name) {
            return Err(Error::new(
                ErrorKind::Invalid,
                "a property's name has 1 to 20 lower-case letters or digits and is not one of \
                 beehive's own",
            )
            .with_context("property", name));
        }
    }
    Ok(())
}

/// Characters that `CloudEvents` (section "Type System") keeps out of strings, and brokers refuse.
fn has_control_character(text: &str) -> bool {
    // Nearly all text is plain, and that is seen from its bytes.
    !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && text.chars().any(char::is_control)
}

/// An upper bound of what the attributes take, names included; cheap enough for every event.
fn headers_size(event: &Event) -> usize {
    /// Names, times, trace parent and hops: what every event has, rounded up.
    const FIXED: usize = 400;
    let envelope = event.envelope();
    let ids = event.id().text_len()
        + envelope
            .correlation_id
            .as_ref()
            .map_or(0, EventId::text_len)
        + envelope.causation_id.as_ref().map_or(0, EventId::text_len);
    let texts = event.event_type().len()
        + event.source().len()
        + event.content_type().len()
        + event.subject().map_or(0, str::len)
        + event.body_url().map_or(0, str::len);
    let properties: usize = event
        .properties()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    FIXED + ids + texts + properties
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{TraceContext, to_cloudevent};

    fn event() -> Event {
        Event::new("Topic", "text/plain", "body")
    }

    #[test]
    fn each_limit_is_checked_and_named() {
        let limits = EventLimits::default()
            .with_body_max(10)
            .with_headers_max(1)
            .with_headers_size_max(1_000);
        let cases = [
            (event(), None),
            (
                Event::new("Topic", "text/plain", "12345678901"),
                Some(ErrorKind::Limit),
            ),
            (
                event().with_property("a", "").with_property("b", ""),
                Some(ErrorKind::Limit),
            ),
            (
                event().with_property("a", "x".repeat(600)),
                Some(ErrorKind::Limit),
            ),
            (event().with_property("A", ""), Some(ErrorKind::Invalid)),
            (
                event().with_property("traceparent", ""),
                Some(ErrorKind::Invalid),
            ),
            (event().with_type("no topic"), Some(ErrorKind::Invalid)),
            (event().with_source(""), Some(ErrorKind::Invalid)),
            (event().with_subject("two\nlines"), Some(ErrorKind::Invalid)),
            (event().with_subject("zwei Wörter"), None),
            (
                event().with_property("a", "\u{7f}"),
                Some(ErrorKind::Invalid),
            ),
            (
                event().with_destination("A-B".parse().unwrap()),
                Some(ErrorKind::Invalid),
            ),
            (
                event()
                    .with_type("no topic")
                    .with_destination("A-A".parse().unwrap()),
                None,
            ),
        ];
        for (event, expected) in cases {
            let kind = limits.check(&event).err().map(|error| error.kind());
            assert_eq!(kind, expected, "{event:?}");
        }
    }

    #[test]
    fn the_estimate_of_the_headers_is_not_below_their_size() {
        let event = event()
            .with_subject("subject")
            .with_trace(TraceContext::root(&EventId::new()))
            .with_correlation_id(EventId::new())
            .with_causation_id(EventId::new())
            .with_property("tenant", "blue")
            .with_body_url("https://bucket.example/key")
            .deliver_at(jiff::Timestamp::now());
        let size: usize = to_cloudevent(&event, event.time())
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        assert!(
            headers_size(&event) >= size,
            "{} < {size}",
            headers_size(&event)
        );
    }
}
