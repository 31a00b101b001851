//! The event itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;

use super::codec;
use super::envelope::Envelope;
use crate::error::{Error, ErrorKind};
use crate::event::{Codec, DeliverAt, Delivery, EventBody, EventId, JSON, TraceContext};
use crate::queue::{QueueKind, QueueName};

/// What `source` says of an event whose maker did not say.
const SOURCE_DEFAULT: &str = "beehive";

/// Something that happened: immutable, unique, and true.
///
/// Cloning is cheap, the body is never copied. The fields follow `CloudEvents` 1.0, see
/// [`to_cloudevent`](crate::event::to_cloudevent).
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize, EventBody)]
/// struct OrderAccepted {
///     total: u64,
/// }
///
/// let event = Event::of(&OrderAccepted { total: 42 })?
///     .with_subject("order-4711")
///     .with_property("tenant", "blue");
/// assert_eq!(event.event_type(), "OrderAccepted");
/// assert_eq!(event.body::<OrderAccepted>()?, OrderAccepted { total: 42 });
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Event {
    envelope: Arc<Envelope>,
    delivery: Option<Delivery>,
    id_origin: IdOrigin,
}

/// Where an event's id comes from; not part of what the event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IdOrigin {
    /// Generated or read; a follow-up that has such an id gets one derived from its position.
    Given,
    /// Set with `with_id`; kept.
    Chosen,
    /// To be derived from this key.
    Keyed(Box<str>),
}

impl Event {
    /// An event with a typed body, written as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the body does not serialise, as a map
    /// with keys that are not strings.
    pub fn of<T: EventBody>(body: &T) -> Result<Self, Error> {
        let event = Self::from_parts(T::TYPE.into(), JSON.into(), codec::encode_json(body)?);
        Ok(match body.subject() {
            Some(subject) => event.with_subject(subject),
            None => event,
        })
    }

    /// An event with a typed body, written by a codec.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the codec cannot write the body.
    pub fn encode<T: EventBody>(body: &T, codec: &dyn Codec) -> Result<Self, Error> {
        let data = codec::encode_with(codec, body)?;
        let event = Self::from_parts(T::TYPE.into(), codec.content_type().into(), data);
        Ok(match body.subject() {
            Some(subject) => event.with_subject(subject),
            None => event,
        })
    }

    /// An event with a JSON body of no declared type.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the body does not serialise.
    pub fn json(event_type: impl AsRef<str>, body: &impl Serialize) -> Result<Self, Error> {
        let data = codec::encode_json(body)?;
        Ok(Self::from_parts(
            SmolStr::new(event_type),
            JSON.into(),
            data,
        ))
    }

    /// An event whose body is already bytes.
    #[must_use]
    pub fn new(
        event_type: impl AsRef<str>,
        content_type: impl AsRef<str>,
        data: impl Into<Bytes>,
    ) -> Self {
        Self::from_parts(
            SmolStr::new(event_type),
            SmolStr::new(content_type),
            data.into(),
        )
    }

    fn from_parts(event_type: SmolStr, content_type: SmolStr, data: Bytes) -> Self {
        let time = Timestamp::now();
        Self::from_envelope(Envelope {
            id: EventId::at(time),
            event_type,
            source: SmolStr::new_static(SOURCE_DEFAULT),
            time,
            subject: None,
            content_type,
            data,
            body_url: None,
            deliver_at: DeliverAt::Now,
            correlation_id: None,
            causation_id: None,
            trace: None,
            hops: 0,
            properties: None,
            destination: None,
        })
    }

    pub(crate) fn from_envelope(envelope: Envelope) -> Self {
        Self::from_shared(Arc::new(envelope))
    }

    /// The event as a queue in memory keeps it: one pointer, without what it knew of its delivery.
    pub(crate) fn shared(&self) -> &Arc<Envelope> {
        &self.envelope
    }

    /// The event again, as if it had been read from a wire.
    pub(crate) fn from_shared(envelope: Arc<Envelope>) -> Self {
        Self {
            envelope,
            delivery: None,
            id_origin: IdOrigin::Given,
        }
    }

    pub(crate) fn id_origin(&self) -> &IdOrigin {
        &self.id_origin
    }

    pub(crate) fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    pub(crate) fn envelope_mut(&mut self) -> &mut Envelope {
        Arc::make_mut(&mut self.envelope)
    }

    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = Some(delivery);
        self
    }

    /// Drops what the event knew of its delivery.
    pub(crate) fn forget_delivery(&mut self) {
        self.delivery = None;
    }

    /// Chooses the id. A follow-up keeps a chosen id, so it must be one that a second run of the
    /// actor would choose again.
    #[must_use]
    pub fn with_id(mut self, id: EventId) -> Self {
        self.envelope_mut().id = id;
        self.id_origin = IdOrigin::Chosen;
        self
    }

    /// Derives the id of this follow-up from a key instead of its position.
    ///
    /// For an actor whose answer may differ when it runs again, because it depends on more than the
    /// event: say what the follow-up is about, and two runs that announce the same thing announce
    /// the same event, whatever else they announce. Without a key, the second event of one run would
    /// pass for the second of the other. Means nothing for an event that is not a follow-up.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Box<str>>) -> Self {
        self.id_origin = IdOrigin::Keyed(key.into());
        self
    }

    /// Changes the event type, and with it the topic the event is published to.
    #[must_use]
    pub fn with_type(mut self, event_type: impl AsRef<str>) -> Self {
        self.envelope_mut().event_type = SmolStr::new(event_type);
        self
    }

    /// Says who announces the event; a URI reference in `CloudEvents`.
    #[must_use]
    pub fn with_source(mut self, source: impl AsRef<str>) -> Self {
        self.envelope_mut().source = SmolStr::new(source);
        self
    }

    /// Says when it happened; otherwise that is when the event was made.
    #[must_use]
    pub fn with_time(mut self, time: Timestamp) -> Self {
        self.envelope_mut().time = time;
        self
    }

    /// Says what the event is about: the partition key, where a queue keeps order by subject.
    /// An empty one is none.
    #[must_use]
    pub fn with_subject(mut self, subject: impl AsRef<str>) -> Self {
        let subject = subject.as_ref();
        self.envelope_mut().subject = (!subject.is_empty()).then(|| SmolStr::new(subject));
        self
    }

    /// Says where the body is, when it is not in the event (claim check).
    #[must_use]
    pub fn with_body_url(mut self, url: impl Into<Box<str>>) -> Self {
        self.envelope_mut().body_url = Some(url.into());
        self
    }

    /// Delivers the event so long after it is published, durably.
    #[must_use]
    pub fn deliver_after(mut self, delay: Duration) -> Self {
        self.envelope_mut().deliver_at = DeliverAt::After(delay);
        self
    }

    /// Delivers the event not before this time, durably.
    #[must_use]
    pub fn deliver_at(mut self, time: Timestamp) -> Self {
        self.envelope_mut().deliver_at = DeliverAt::At(time);
        self
    }

    /// Names the root event of the process this event belongs to; a follow-up inherits it.
    #[must_use]
    pub fn with_correlation_id(mut self, id: EventId) -> Self {
        self.envelope_mut().correlation_id = Some(id);
        self
    }

    /// Names the event that caused this one; a follow-up's is its parent.
    #[must_use]
    pub fn with_causation_id(mut self, id: EventId) -> Self {
        self.envelope_mut().causation_id = Some(id);
        self
    }

    /// Puts the event into a trace; a follow-up continues its parent's.
    #[must_use]
    pub fn with_trace(mut self, trace: TraceContext) -> Self {
        self.envelope_mut().trace = Some(Box::new(trace));
        self
    }

    /// Adds a property: a `CloudEvents` extension attribute, so its name has 1 to 20 lower-case
    /// letters or digits. Checked, like all limits, before the event is sent.
    #[must_use]
    pub fn with_property(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.envelope_mut()
            .properties
            .get_or_insert_default()
            .insert(SmolStr::new(name), value.into());
        self
    }

    /// Sends the event to this topic or simple queue instead of the topic named like its type.
    #[must_use]
    pub fn with_destination(mut self, destination: QueueName) -> Self {
        self.envelope_mut().destination = Some(destination);
        self
    }

    /// What makes this event this event.
    pub fn id(&self) -> &EventId {
        &self.envelope.id
    }

    /// What happened, as a name.
    pub fn event_type(&self) -> &str {
        &self.envelope.event_type
    }

    /// Who announced it.
    pub fn source(&self) -> &str {
        &self.envelope.source
    }

    /// When it happened.
    pub fn time(&self) -> Timestamp {
        self.envelope.time
    }

    /// What it is about: the partition key.
    pub fn subject(&self) -> Option<&str> {
        self.envelope.subject.as_deref()
    }

    /// How the body is written.
    pub fn content_type(&self) -> &str {
        &self.envelope.content_type
    }

    /// The body as it is.
    pub fn data(&self) -> &Bytes {
        &self.envelope.data
    }

    /// The body as a value.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`] if it is not one, or if no codec is
    /// known for its content type; [`ErrorKind::UnknownType`] instead
    /// if a subscription delivered it and its type is not the one the topic is named after, so that
    /// it is probably another body. Returned from an actor, either sends the event to the dead
    /// letters at once.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.decoded().map_err(|error| {
            let queue = self.delivery.as_ref().map(Delivery::queue);
            let subscribed = queue.filter(|queue| queue.kind() == QueueKind::Subscription);
            match subscribed.map(QueueName::topic) {
                Some(topic) if topic != self.event_type() => self
                    .unknown_type()
                    .with_context("known", topic)
                    .with_source(error),
                _ => error,
            }
        })
    }

    /// The body as the value that events of this type carry.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownType`] if the event is of another type than
    /// the value's, and not of the one its topic or simple queue is named after either;
    /// [`ErrorKind::Undecodable`] as for [`body`](Self::body).
    pub(crate) fn typed_body<T: EventBody>(&self) -> Result<T, Error> {
        let is_of = |known: &str| self.event_type() == known;
        let queue = self.delivery.as_ref().map(Delivery::queue);
        if is_of(T::TYPE) || queue.is_some_and(|queue| is_of(queue.topic())) {
            return self.decoded();
        }
        Err(self.unknown_type().with_context("known", T::TYPE))
    }

    fn decoded<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let codecs = self.delivery.as_ref().map(Delivery::codecs);
        codec::decode(codecs, self.content_type(), self.data())
            .map_err(|error| error.with_context("event", self.id()))
    }

    pub(crate) fn unknown_type(&self) -> Error {
        Error::new(
            ErrorKind::UnknownType,
            "the event is of a type that its reader does not know",
        )
        .with_operation("read event")
        .with_context("type", self.event_type())
        .with_context("event", self.id())
    }

    /// Where the body is, when it is not in the event.
    pub fn body_url(&self) -> Option<&str> {
        self.envelope.body_url.as_deref()
    }

    /// When it is to be delivered.
    pub fn delivers(&self) -> DeliverAt {
        self.envelope.deliver_at
    }

    /// The root event of the process this one belongs to; a root event's is its own id.
    pub fn correlation_id(&self) -> &EventId {
        self.envelope.correlation_id.as_ref().unwrap_or(self.id())
    }

    /// The event that caused this one; none for a root event.
    pub fn causation_id(&self) -> Option<&EventId> {
        self.envelope.causation_id.as_ref()
    }

    /// The trace it belongs to.
    pub fn trace(&self) -> Option<&TraceContext> {
        self.envelope.trace.as_deref()
    }

    /// How many events led to this one; a root event's is zero.
    pub fn hops(&self) -> u32 {
        self.envelope.hops
    }

    /// A property.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.envelope
            .properties
            .as_ref()?
            .get(name)
            .map(String::as_str)
    }

    /// All properties, by name.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.envelope
            .properties
            .iter()
            .flat_map(|properties| properties.iter())
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Where it is sent, when that is not the topic named like its type.
    pub fn destination(&self) -> Option<&QueueName> {
        self.envelope.destination.as_ref()
    }

    /// How it was delivered; `None` unless it came from a queue to an actor.
    pub fn delivery(&self) -> Option<&Delivery> {
        self.delivery.as_ref()
    }
}

impl PartialEq for Event {
    /// Equal in every field; how they were delivered does not matter.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.envelope, &other.envelope) || self.envelope == other.envelope
    }
}

impl fmt::Debug for Event {
    /// Leaves out the body and the properties, which may hold what does not belong into a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", self.id())
            .field("type", &self.event_type())
            .field("source", &self.source())
            .field("subject", &self.subject())
            .field("content_type", &self.content_type())
            .field("data_bytes", &self.data().len())
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}
