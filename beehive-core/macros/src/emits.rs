//! `emits(PaymentAuthorised, "PaymentFailed")`: the events an actor announces.

use quote::ToTokens;
use syn::{
    Lit, LitStr, Path, Token,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::{arguments::Argument, diagnostics::Diagnostics, queue_name};

const EXAMPLE: &str = r#"PaymentAuthorised, "PaymentFailed""#;

/// One announced event.
#[derive(Debug)]
pub(crate) enum Emit {
    /// A type that implements `EventBody`; the compiler checks that it does.
    Body(Path),
    /// The event type's name.
    Name(LitStr),
}

/// Reads the list; reports entries that name no event and entries that stand in it twice.
pub(crate) fn parse(argument: &Argument, diagnostics: &mut Diagnostics) -> Vec<Emit> {
    let Some(list) = argument.list(EXAMPLE, diagnostics) else {
        return Vec::new();
    };
    let entries = match Punctuated::<Entry, Token![,]>::parse_terminated.parse2(list) {
        Ok(entries) => entries,
        Err(error) => {
            diagnostics.error(
                error.span(),
                format_args!(
                    "`emits` takes types that implement `EventBody` and names of event types; \
                     write `emits({EXAMPLE})`"
                ),
            );
            return Vec::new();
        }
    };
    let mut seen = Vec::new();
    let mut emits = Vec::new();
    for entry in entries {
        let Some(emit) = entry.check(diagnostics) else {
            continue;
        };
        let text = match &emit {
            Emit::Body(path) => path.to_token_stream().to_string(),
            Emit::Name(name) => name.token().to_string(),
        };
        if seen.contains(&text) {
            let message = format_args!("{text} stands in `emits` twice; write it once").to_string();
            match &emit {
                Emit::Body(path) => diagnostics.error_under(path, message),
                Emit::Name(name) => diagnostics.error_under(name, message),
            }
        }
        seen.push(text);
        emits.push(emit);
    }
    emits
}

/// An entry as it was written.
enum Entry {
    Literal(Lit),
    Path(Path),
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Lit) {
            input.parse().map(Self::Literal)
        } else {
            input.parse().map(Self::Path)
        }
    }
}

impl Entry {
    fn check(self, diagnostics: &mut Diagnostics) -> Option<Emit> {
        match self {
            Self::Path(path) => return Some(Emit::Body(path)),
            Self::Literal(Lit::Str(name)) if name.value().is_empty() => diagnostics.error(
                name.span(),
                format_args!("an entry of `emits` is empty; write `emits({EXAMPLE})`"),
            ),
            Self::Literal(Lit::Str(name)) => match queue_name::check_event_type(&name.value()) {
                Ok(()) => return Some(Emit::Name(name)),
                Err(reason) => diagnostics.error(name.span(), reason),
            },
            Self::Literal(literal) => diagnostics.error(
                literal.span(),
                format_args!("an event type's name is a string; write `emits({EXAMPLE})`"),
            ),
        }
        None
    }
}
