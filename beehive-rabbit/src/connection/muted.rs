//! Keeps passwords and events out of the driver's log.

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
/// logs, but for two things.
///
/// At TRACE the driver logs every frame that it writes, and one of the first holds the password, byte
/// by byte. At WARN it logs every message that the broker returns, with its body: of a topic that
/// nobody subscribes to each single event, though who published it is told, and may have expected it.
pub(super) fn install(log: &Dispatch) {
    let most = LevelFilter::current();
    // Nobody hears either.
    if most < LevelFilter::WARN {
        return;
    }
    let muted = Muted {
        log: log.clone(),
        most,
    };
    let guard = dispatcher::set_default(&Dispatch::new(muted));
    GUARD.with_borrow_mut(|place| *place = Some(guard));
}

/// A log without the driver's frames and the messages that were returned.
struct Muted {
    log: Dispatch,
    /// The most that anybody wants to hear. Without it everything would be prepared for the log.
    most: LevelFilter,
}

fn is_muted(metadata: &Metadata<'_>) -> bool {
    match metadata.target() {
        "lapin::io_loop" | "lapin::frames" => *metadata.level() == Level::TRACE,
        "lapin::returned_messages" => *metadata.level() >= Level::WARN,
        _ => false,
    }
}

impl Subscriber for Muted {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_muted(metadata) {
            Interest::never()
        } else {
            self.log.register_callsite(metadata)
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !is_muted(metadata) && self.log.enabled(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.most)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.log.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.log.record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.log.record_follows_from(span, follows);
    }

    fn event(&self, event: &Event<'_>) {
        self.log.event(event);
    }

    fn enter(&self, span: &Id) {
        self.log.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.log.exit(span);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.log.clone_span(id)
    }

    fn try_close(&self, id: Id) -> bool {
        self.log.try_close(id)
    }
}
