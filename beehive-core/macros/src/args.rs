//! The arguments of `#[actor(..)]`, with types.

use std::{num::NonZeroU32, time::Duration};

use proc_macro2::{Span, TokenStream};
use syn::LitStr;

use crate::{
    arguments::{Argument, Arguments, Leading, take_leading},
    attribute::AttributeMacro,
    diagnostics::Diagnostics,
    emits::{self, Emit},
    queue_name,
    retry::Retry,
};

const KEYS: [&str; 8] = [
    "name",
    "parallelism",
    "lease",
    "timeout",
    "retry",
    "emits",
    "blocking",
    "ordered",
];
const NOT_A_STRING: &str =
    "the name of a queue is a string; write `#[actor(\"Topic-Subscription\")]`";

/// One `#[actor(..)]`. What is `None` was left out, or is wrong and reported.
#[derive(Debug)]
pub(crate) struct Args {
    /// Where the attribute stands.
    pub(crate) span: Span,
    pub(crate) queue: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) parallelism: Option<NonZeroU32>,
    pub(crate) lease: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<Retry>,
    pub(crate) emits: Vec<Emit>,
    /// Where `blocking` stands.
    pub(crate) blocking: Option<Span>,
    /// Where `ordered` stands.
    pub(crate) ordered: Option<Span>,
}

impl Args {
    /// Reads the text between the parentheses of the attribute at `span`.
    pub(crate) fn parse(span: Span, tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let (queue, rest) = take_leading(tokens);
        let queue = self::queue(span, queue, diagnostics);
        let mut arguments = Arguments::parse(AttributeMacro::Actor, &KEYS, rest, diagnostics);
        Self {
            span,
            queue,
            name: arguments
                .take("name")
                .and_then(|name| name.text("AuthorisePayment", diagnostics)),
            parallelism: arguments
                .take("parallelism")
                .and_then(|parallelism| at_least_one(&parallelism, diagnostics)),
            lease: arguments
                .take("lease")
                .and_then(|lease| lease.duration("30s", diagnostics)),
            timeout: arguments
                .take("timeout")
                .and_then(|timeout| timeout.duration("10s", diagnostics)),
            retry: arguments
                .take("retry")
                .and_then(|retry| Retry::parse(&retry, diagnostics)),
            emits: arguments
                .take("emits")
                .map_or_else(Vec::new, |list| emits::parse(&list, diagnostics)),
            blocking: arguments
                .take("blocking")
                .and_then(|blocking| blocking.flag(diagnostics)),
            ordered: arguments
                .take("ordered")
                .and_then(|ordered| ordered.flag(diagnostics)),
        }
    }
}

fn queue(span: Span, leading: Leading, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let name = match leading {
        Leading::Text(name) => name,
        Leading::NotText(tokens) => {
            diagnostics.error_under(tokens, NOT_A_STRING);
            return None;
        }
        Leading::Nothing => {
            diagnostics.error(
                span,
                "`#[actor]` needs the name of the queue the actor reads, first and in quotes; \
             write `#[actor(\"Topic-Subscription\")]`, \
             for example `#[actor(\"OrderAccepted-Payment\")]`",
            );
            return None;
        }
    };
    if let Err(reason) = queue_name::check_readable(&name.value()) {
        diagnostics.error(name.span(), reason);
    }
    Some(name)
}

fn at_least_one(parallelism: &Argument, diagnostics: &mut Diagnostics) -> Option<NonZeroU32> {
    let count = NonZeroU32::new(parallelism.count(8, diagnostics)?);
    if count.is_none() {
        diagnostics.error(
            parallelism.value_span(),
            "`parallelism` is zero, so the actor would process nothing; \
             write at least 1, such as `parallelism = 8`",
        );
    }
    count
}
