//! Events: what happened, once and for all.

mod body;
mod cloudevents;
mod codec;
mod delivery;
mod envelope;
#[expect(clippy::module_inception, reason = "the concept of this folder")]
mod event;
mod id;
mod limits;
mod trace;

pub use self::body::EventBody;
pub use self::cloudevents::{Attribute, SPEC_VERSION, from_cloudevent, to_cloudevent};
pub use self::codec::{Codec, Codecs, JSON, ReadBody};
pub use self::delivery::Delivery;
pub use self::envelope::DeliverAt;
pub(crate) use self::envelope::Envelope;
pub use self::event::Event;
pub(crate) use self::event::IdOrigin;
pub use self::id::EventId;
pub use self::limits::EventLimits;
pub use self::trace::TraceContext;
