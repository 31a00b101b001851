//! The arguments of `#[pulser(..)]`, with types.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use syn::LitStr;

use crate::{
    arguments::{Argument, Arguments, Leading, Value, take_leading},
    attribute::AttributeMacro,
    diagnostics::Diagnostics,
    queue_name,
};

const KEYS: [&str; 4] = ["name", "every", "growth", "jitter"];
const NOT_A_STRING: &str =
    "the name of a topic is a string; write `#[pulser(\"Topic\", every = \"5m\")]`";
const GROWTH: &str = "`growth = fixed`, `growth = increasing(step = \"1m\", max = \"1h\")` or \
                      `growth = doubly_increasing(max = \"1h\")`";

/// One `#[pulser(..)]`. What is `None` was left out, or is wrong and reported.
#[derive(Debug)]
pub(crate) struct PulserArgs {
    pub(crate) topic: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) every: Option<Duration>,
    pub(crate) growth: Growth,
    pub(crate) jitter: Option<f64>,
}

/// How the interval grows while a pulse finds nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Growth {
    Fixed,
    Increasing { step: Duration, max: Duration },
    DoublyIncreasing { max: Duration },
}

impl PulserArgs {
    /// Reads the text between the parentheses of the attribute at `span`.
    pub(crate) fn parse(span: Span, tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let (topic, rest) = take_leading(tokens);
        let topic = self::topic(span, topic, diagnostics);
        let mut arguments = Arguments::parse(AttributeMacro::Pulser, &KEYS, rest, diagnostics);
        let every = arguments.take("every");
        if every.is_none() {
            diagnostics.error(
                span,
                "`#[pulser]` needs the time from one pulse to the next; write `every = \"5m\"`",
            );
        }
        let every = every.and_then(|every| every.duration("5m", diagnostics));
        Self {
            topic,
            name: arguments
                .take("name")
                .and_then(|name| name.text("StockCheck", diagnostics)),
            every,
            growth: arguments
                .take("growth")
                .and_then(|growth| Growth::parse(&growth, every, diagnostics))
                .unwrap_or(Growth::Fixed),
            jitter: arguments
                .take("jitter")
                .and_then(|jitter| jitter.fraction(0.1, diagnostics)),
        }
    }
}

impl Growth {
    fn parse(
        argument: &Argument,
        every: Option<Duration>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let span = argument.value_span();
        let Value::Assigned(tokens) = &argument.value else {
            diagnostics.error(
                span,
                format_args!("`growth` takes a kind of growth; write {GROWTH}"),
            );
            return None;
        };
        // The value has the shape of an argument, and is read as one.
        let kinds = ["fixed", "increasing", "doubly_increasing"];
        let mut kind = Arguments::parse("`growth`", &kinds, tokens.clone(), diagnostics);
        if let Some(fixed) = kind.take("fixed") {
            return fixed.flag(diagnostics).map(|_| Self::Fixed);
        }
        if let Some(increasing) = kind.take("increasing") {
            let example = "step = \"1m\", max = \"1h\"";
            let list = increasing.list(example, diagnostics)?;
            let mut list = Arguments::parse("`increasing`", &["step", "max"], list, diagnostics);
            let step = required(&mut list, &increasing, "step", "1m", diagnostics);
            let max = required(&mut list, &increasing, "max", "1h", diagnostics);
            check_max(span, every, max, diagnostics);
            return Some(Self::Increasing {
                step: step?,
                max: max?,
            });
        }
        let doubly = kind.take("doubly_increasing")?;
        let list = doubly.list("max = \"1h\"", diagnostics)?;
        let mut list = Arguments::parse("`doubly_increasing`", &["max"], list, diagnostics);
        let max = required(&mut list, &doubly, "max", "1h", diagnostics);
        check_max(span, every, max, diagnostics);
        Some(Self::DoublyIncreasing { max: max? })
    }
}

fn topic(span: Span, leading: Leading, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let name = match leading {
        Leading::Text(name) => name,
        Leading::NotText(tokens) => {
            diagnostics.error_under(tokens, NOT_A_STRING);
            return None;
        }
        Leading::Nothing => {
            diagnostics.error(
                span,
                "`#[pulser]` needs the topic it publishes to, first and in quotes; \
             write `#[pulser(\"Topic\", every = \"5m\")]`",
            );
            return None;
        }
    };
    if let Err(reason) = queue_name::check_topic(&name.value()) {
        diagnostics.error(name.span(), reason);
    }
    Some(name)
}

fn required(
    list: &mut Arguments,
    owner: &Argument,
    key: &str,
    example: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Duration> {
    let Some(argument) = list.take(key) else {
        diagnostics.error(
            owner.key.span(),
            format_args!(
                "`{}` needs `{key}`; write `{key} = \"{example}\"`",
                owner.key
            ),
        );
        return None;
    };
    argument.duration(example, diagnostics)
}

fn check_max(
    span: Span,
    every: Option<Duration>,
    max: Option<Duration>,
    diagnostics: &mut Diagnostics,
) {
    if let (Some(every), Some(max)) = (every, max)
        && max < every
    {
        diagnostics.error(
            span,
            "`max` is shorter than `every`, where the growth begins; make `max` at least as long",
        );
    }
}
