//! Events as `CloudEvents` 1.0: attributes beside the data, in the specification's binary mode.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use smol_str::SmolStr;

use crate::error::{Error, ErrorKind};
use crate::event::{DeliverAt, Envelope, Event, EventId, JSON, TraceContext};

/// The version of the specification that events follow.
pub const SPEC_VERSION: &str = "1.0";

/// An attribute: its name, of lower-case letters and digits, and its value.
///
/// A protocol binding adds its own prefix to the name, such as `cloudEvents:` in AMQP.
pub type Attribute = (Cow<'static, str>, String);

/// Names that mean something to us; a property cannot be called so.
const RESERVED: [&str; 16] = [
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "subject",
    "datacontenttype",
    "dataschema",
    "data",
    "dataref",
    "deliverat",
    "correlationid",
    "causationid",
    "traceparent",
    "tracestate",
    "hops",
];

/// The longest name of an attribute that the specification recommends.
const NAME_LENGTH_MAX: usize = 20;

/// The event as attributes; its data is [`Event::data`].
///
/// A delay that counts from publishing becomes a time, counted from `now`. The destination is not
/// part of the event: it says where it is sent.
///
/// ```
/// use beehive_core::Event;
/// use beehive_core::event::{from_cloudevent, to_cloudevent};
///
/// let event = Event::new("OrderAccepted", "text/plain", "two bees");
/// let attributes = to_cloudevent(&event, event.time());
/// assert!(attributes.contains(&("type".into(), "OrderAccepted".into())));
/// let read = from_cloudevent(attributes, event.data().clone())?;
/// assert_eq!(read, event);
/// # Ok::<(), beehive_core::Error>(())
/// ```
pub fn to_cloudevent(event: &Event, now: Timestamp) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = Vec::with_capacity(16);
    let mut push = |name: &'static str, value: String| attributes.push((name.into(), value));
    push("specversion", SPEC_VERSION.into());
    push("id", event.id().to_string());
    push("source", event.source().into());
    push("type", event.event_type().into());
    push("time", event.time().to_string());
    push("datacontenttype", event.content_type().into());
    if let Some(subject) = event.subject() {
        push("subject", subject.into());
    }
    if let Some(url) = event.body_url() {
        push("dataref", url.into());
    }
    match event.delivers() {
        DeliverAt::Now => {}
        DeliverAt::At(time) => push("deliverat", time.to_string()),
        DeliverAt::After(delay) => {
            // Saturates at the end of time, which is in the year 9999.
            let time = now.saturating_add(delay).unwrap_or(Timestamp::MAX);
            push("deliverat", time.to_string());
        }
    }
    if let Some(id) = &event.envelope().correlation_id {
        push("correlationid", id.to_string());
    }
    if let Some(id) = event.causation_id() {
        push("causationid", id.to_string());
    }
    if let Some(trace) = event.trace() {
        push("traceparent", trace.traceparent());
        if let Some(state) = trace.tracestate() {
            push("tracestate", state.into());
        }
    }
    if event.hops() > 0 {
        push("hops", event.hops().to_string());
    }
    attributes.extend(
        event
            .properties()
            .map(|(name, value)| (name.to_owned().into(), value.to_owned())),
    );
    attributes
}

/// Reads an event from its attributes and data.
///
/// Attributes that mean nothing to us become properties. A missing `time` is now, a missing
/// `datacontenttype` is JSON.
///
/// # Errors
/// [`ErrorKind::Undecodable`], naming the attribute, if a required one is missing, one is malformed
/// or given twice, or the version is not 1.x.
pub fn from_cloudevent<N, V>(
    attributes: impl IntoIterator<Item = (N, V)>,
    data: impl Into<Bytes>,
) -> Result<Event, Error>
where
    N: AsRef<str>,
    V: Into<String>,
{
    let mut read: BTreeMap<SmolStr, String> = BTreeMap::new();
    for (name, value) in attributes {
        let name = SmolStr::new(name);
        if !is_attribute_name(&name) {
            return Err(undecodable(
                "a name is not lower-case letters and digits",
                &name,
            ));
        }
        if read.insert(name.clone(), value.into()).is_some() {
            return Err(undecodable("given twice", &name));
        }
    }
    let mut take = |name: &str| read.remove(name);

    let version = take("specversion").ok_or_else(|| undecodable("missing", "specversion"))?;
    if !version.starts_with("1.") {
        return Err(undecodable("only version 1.x can be read", "specversion"));
    }
    let mut required = |name: &str| {
        take(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| undecodable("missing", name))
    };
    let id = parse_id("id", &required("id")?)?;
    let source = SmolStr::new(required("source")?);
    let event_type = SmolStr::new(required("type")?);
    let time = match take("time") {
        Some(text) => parse_time("time", &text)?,
        None => Timestamp::now(),
    };
    let deliver_at = match take("deliverat") {
        Some(text) => DeliverAt::At(parse_time("deliverat", &text)?),
        None => DeliverAt::Now,
    };
    let correlation_id = take("correlationid")
        .map(|text| parse_id("correlationid", &text))
        .transpose()?;
    let causation_id = take("causationid")
        .map(|text| parse_id("causationid", &text))
        .transpose()?;
    let hops = match take("hops") {
        Some(text) => text
            .parse()
            .map_err(|error| undecodable("not a count", "hops").with_source(error))?,
        None => 0,
    };
    // A trace that cannot be read is started anew, as the recommendation says; the event is sound.
    let trace = take("traceparent")
        .and_then(|text| TraceContext::parse(&text).ok())
        .map(|trace| match take("tracestate") {
            Some(state) => trace.with_state(state),
            None => trace,
        })
        .map(Box::new);
    let subject = take("subject").filter(|subject| !subject.is_empty());
    let content_type = take("datacontenttype").unwrap_or_else(|| JSON.into());
    let body_url = take("dataref").map(String::into_boxed_str);
    read.remove("tracestate");
    read.remove("dataschema");

    Ok(Event::from_envelope(Envelope {
        id,
        event_type,
        source,
        time,
        subject: subject.map(SmolStr::new),
        content_type: SmolStr::new(content_type),
        data: data.into(),
        body_url,
        deliver_at,
        correlation_id,
        causation_id,
        trace,
        hops,
        properties: (!read.is_empty()).then(|| Box::new(read)),
        destination: None,
    }))
}

/// Whether a property may be called so.
pub(super) fn is_property_name(name: &str) -> bool {
    is_attribute_name(name) && name.len() <= NAME_LENGTH_MAX && !RESERVED.contains(&name)
}

fn is_attribute_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn parse_id(name: &str, text: &str) -> Result<EventId, Error> {
    EventId::parse(text).map_err(|error| undecodable("not an id", name).with_source(error))
}

fn parse_time(name: &str, text: &str) -> Result<Timestamp, Error> {
    text.parse()
        .map_err(|error: jiff::Error| undecodable("not a time", name).with_source(error))
}

fn undecodable(message: &'static str, attribute: &str) -> Error {
    Error::new(ErrorKind::Undecodable, message)
        .with_operation("read CloudEvent")
        .with_context("attribute", attribute)
}

#[cfg(test)]
mod tests;
