//! The macros of `beehive-core`; use them through that crate, where they are documented.

mod actor;
mod args;
mod arguments;
mod attribute;
mod construction;
mod diagnostics;
mod duration;
mod emits;
mod event_body;
mod expand;
mod item;
mod parameters;
mod pulser;
mod pulser_args;
mod pulser_expand;
mod queue_name;
mod retry;
mod value;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a struct or a function an actor that reads a queue.
#[proc_macro_attribute]
pub fn actor(arguments: TokenStream, item: TokenStream) -> TokenStream {
    actor::actor(arguments.into(), item.into()).into()
}

/// Makes a struct or a function a pulser that publishes to a topic at an interval.
#[proc_macro_attribute]
pub fn pulser(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pulser::pulser(arguments.into(), item.into()).into()
}

/// Implements `EventBody`, which gives a body its event type and subject.
#[proc_macro_derive(EventBody, attributes(event))]
pub fn event_body(item: TokenStream) -> TokenStream {
    event_body::event_body(item.into()).into()
}
