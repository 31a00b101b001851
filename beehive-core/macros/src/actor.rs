//! `#[actor]`: parses everything, reports everything, and only then expands.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{ReturnType, Signature};

use crate::{
    args::Args,
    attribute::AttributeMacro,
    construction,
    diagnostics::Diagnostics,
    expand,
    item::{Annotated, Item, ItemKind},
    parameters::{self, Parameter, Service},
};

/// A checked actor: what code is generated for.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) item: Item,
    /// One for each queue the actor reads.
    pub(crate) stack: Vec<Args>,
    pub(crate) body: Body,
}

/// What processes the events.
#[derive(Debug)]
pub(crate) enum Body {
    /// The struct's own implementation.
    Struct { services: Vec<Service> },
    /// A call of the function.
    Function {
        parameters: Vec<Parameter>,
        output: Span,
    },
}

/// Expands `#[actor(arguments)] item`.
pub(crate) fn actor(arguments: TokenStream, item: TokenStream) -> TokenStream {
    const ATTRIBUTE: AttributeMacro = AttributeMacro::Actor;
    let mut diagnostics = Diagnostics::default();
    let annotated = Annotated::new(ATTRIBUTE, item, &mut diagnostics);
    let mut stack = vec![Args::parse(Span::call_site(), arguments, &mut diagnostics)];
    for (span, arguments) in annotated.stacked {
        stack.push(Args::parse(span, arguments, &mut diagnostics));
    }
    check_stack(&stack, &mut diagnostics);
    let untouched = annotated.item;
    let Some(item) = Item::parse(ATTRIBUTE, untouched.clone(), &mut diagnostics) else {
        let errors = diagnostics.into_tokens();
        return quote!(#untouched #errors);
    };
    let body = body(&item, &stack, &mut diagnostics);
    if !diagnostics.is_empty() {
        let placeholder = construction::placeholder(ATTRIBUTE, &item);
        let errors = diagnostics.into_tokens();
        return quote!(#untouched #placeholder #errors);
    }
    let generated = expand::actor(&Actor { item, stack, body });
    quote!(#untouched #generated)
}

impl Actor {
    /// Whether the actor blocks its thread; `check_stack` has seen to it that there is one answer.
    pub(crate) fn is_blocking(&self) -> bool {
        self.stack.iter().any(|args| args.blocking.is_some())
    }
}

fn body(item: &Item, stack: &[Args], diagnostics: &mut Diagnostics) -> Body {
    match &item.kind {
        ItemKind::Struct(fields) => Body::Struct {
            services: parameters::of_fields(fields),
        },
        ItemKind::Function(signature) => {
            check_function(item, signature, stack, diagnostics);
            Body::Function {
                parameters: parameters::of_function(AttributeMacro::Actor, signature, diagnostics),
                output: parameters::answer_span(&signature.output),
            }
        }
    }
}

fn check_stack(stack: &[Args], diagnostics: &mut Diagnostics) {
    let is_blocking = stack.iter().any(|args| args.blocking.is_some());
    for (position, args) in stack.iter().enumerate() {
        if is_blocking && args.blocking.is_none() {
            diagnostics.error(
                args.span,
                "this `#[actor]` is not `blocking` and another one of the same item is; \
                 an item does one or the other, so write `blocking` in all of them or in none",
            );
        }
        let Some(queue) = &args.queue else { continue };
        let before = &stack[..position];
        if before
            .iter()
            .any(|other| other.queue.as_ref() == Some(queue))
        {
            diagnostics.error(
                queue.span(),
                format_args!(
                    "the actor reads \"{}\" twice; name another queue, or remove this `#[actor]` and \
                     raise `parallelism` in the other",
                    queue.value()
                ),
            );
        }
    }
}

fn check_function(
    item: &Item,
    signature: &Signature,
    stack: &[Args],
    diagnostics: &mut Diagnostics,
) {
    let name = item.name();
    match (&signature.asyncness, stack.iter().find_map(|args| args.blocking)) {
        (Some(_), Some(blocking)) => diagnostics.error(
            blocking,
            format_args!(
                "`blocking` is for a plain `fn`, and `{name}` is `async`; remove the one or the other"
            ),
        ),
        (None, None) => diagnostics.error(
            signature.fn_token.span,
            format_args!(
                "`{name}` is neither `async` nor `blocking`; write `async fn {name}`, or add \
                 `blocking` to its `#[actor]` to run it where it may block"
            ),
        ),
        (Some(_), None) | (None, Some(_)) => {}
    }
    if signature.inputs.is_empty() {
        diagnostics.error(
            signature.ident.span(),
            format_args!(
                "`{name}` has no arguments, and an actor processes an event; make the first one the \
                 event's body, for example `{name}(order: OrderAccepted)`, or the `Event` itself"
            ),
        );
    }
    if matches!(signature.output, ReturnType::Default) {
        diagnostics.error(
            signature.ident.span(),
            format_args!(
                "`{name}` returns nothing, and an actor answers with the events that follow or with an \
                 error; write `-> Result<(), ActorError>` when no event follows"
            ),
        );
    }
}

impl Body {
    /// What the hive fills the struct with.
    pub(crate) fn services(&self) -> Vec<&Service> {
        match self {
            Self::Struct { services } => services.iter().collect(),
            Self::Function { parameters, .. } => parameters::services(parameters),
        }
    }
}
