//! `#[pulser]`: parses everything, reports everything, and only then expands.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::{
    attribute::AttributeMacro,
    construction,
    diagnostics::Diagnostics,
    item::{Annotated, Item, ItemKind},
    parameters::{self, Parameter, Service},
    pulser_args::PulserArgs,
    pulser_expand,
};

/// A checked pulser: what code is generated for.
#[derive(Debug)]
pub(crate) struct Pulser {
    pub(crate) item: Item,
    /// One for each interval at which it pulses.
    pub(crate) stack: Vec<PulserArgs>,
    pub(crate) body: Body,
}

/// What makes the events of a pulse.
#[derive(Debug)]
pub(crate) enum Body {
    /// The struct's own implementation.
    Struct { services: Vec<Service> },
    /// A call of the function.
    Function {
        parameters: Vec<Parameter>,
        output: Span,
        answer: Answer,
    },
}

/// What a function that is a pulser answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Events,
    Result,
}

/// Expands `#[pulser(arguments)] item`.
pub(crate) fn pulser(arguments: TokenStream, item: TokenStream) -> TokenStream {
    const ATTRIBUTE: AttributeMacro = AttributeMacro::Pulser;
    let mut diagnostics = Diagnostics::default();
    let annotated = Annotated::new(ATTRIBUTE, item, &mut diagnostics);
    let mut stack = vec![PulserArgs::parse(
        Span::call_site(),
        arguments,
        &mut diagnostics,
    )];
    for (span, arguments) in annotated.stacked {
        stack.push(PulserArgs::parse(span, arguments, &mut diagnostics));
    }
    check_stack(&stack, &mut diagnostics);
    let untouched = annotated.item;
    let Some(item) = Item::parse(ATTRIBUTE, untouched.clone(), &mut diagnostics) else {
        let errors = diagnostics.into_tokens();
        return quote!(#untouched #errors);
    };
    let body = body(&item, &mut diagnostics);
    if !diagnostics.is_empty() {
        let placeholder = construction::placeholder(ATTRIBUTE, &item);
        let errors = diagnostics.into_tokens();
        return quote!(#untouched #placeholder #errors);
    }
    let generated = pulser_expand::pulser(&Pulser { item, stack, body });
    quote!(#untouched #generated)
}

fn body(item: &Item, diagnostics: &mut Diagnostics) -> Body {
    match &item.kind {
        ItemKind::Struct(fields) => Body::Struct {
            services: parameters::of_fields(fields),
        },
        ItemKind::Function(signature) => Body::Function {
            parameters: parameters::of_function(AttributeMacro::Pulser, signature, diagnostics),
            output: parameters::answer_span(&signature.output),
            answer: if parameters::returns_result(&signature.output) {
                Answer::Result
            } else {
                Answer::Events
            },
        },
    }
}

/// Two pulsers of one name and topic could not be told apart.
fn check_stack(stack: &[PulserArgs], diagnostics: &mut Diagnostics) {
    for (position, args) in stack.iter().enumerate() {
        let Some(topic) = &args.topic else { continue };
        let is_same =
            |other: &PulserArgs| other.topic.as_ref() == Some(topic) && other.name == args.name;
        if stack[..position].iter().any(is_same) {
            diagnostics.error(
                topic.span(),
                format_args!(
                    "the pulser publishes to \"{}\" twice under one name; give this one a `name` of its \
                     own, or remove it",
                    topic.value()
                ),
            );
        }
    }
}
