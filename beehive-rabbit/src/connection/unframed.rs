//! Keeps the password out of the driver's log.

use std::cell::RefCell;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, Interest};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber, dispatcher};

thread_local! {
    /// Ends with the driver's thread.
    static GUARD: RefCell<Option<DefaultGuard>> = const { RefCell::new(None) };
}

/// Lets the driver's thread, which must be the current one, log to where the caller of `connect`
/// logs, but for single frames.
///
/// At TRACE the driver logs every frame that it writes, and one of the first holds the password, byte
/// by byte. Without TRACE nothing is done, so that it costs nothing.
pub(super) fn install(log: &Dispatch) {
    if LevelFilter::current() < LevelFilter::TRACE {
        return;
    }
    let guard = dispatcher::set_default(&Dispatch::new(Unframed(log.clone())));
    GUARD.with_borrow_mut(|place| *place = Some(guard));
}

/// A log without the driver's frames.
struct Unframed(Dispatch);

fn shows_frames(metadata: &Metadata<'_>) -> bool {
    *metadata.level() == Level::TRACE
        && matches!(metadata.target(), "lapin::io_loop" | "lapin::frames")
}

impl Subscriber for Unframed {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if shows_frames(metadata) {
            Interest::never()
        } else {
            self.0.register_callsite(metadata)
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !shows_frames(metadata) && self.0.enabled(metadata)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.0.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.0.record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.0.record_follows_from(span, follows);
    }

    fn event(&self, event: &Event<'_>) {
        self.0.event(event);
    }

    fn enter(&self, span: &Id) {
        self.0.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.0.exit(span);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.0.clone_span(id)
    }

    fn try_close(&self, id: Id) -> bool {
        self.0.try_close(id)
    }
}
