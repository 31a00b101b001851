//! The model of a function's parameters and of a struct's fields: what is asked from the hive.

use proc_macro2::Span;
use quote::format_ident;
use syn::{
    Attribute, Fields, FnArg, Ident, Index, Member, Pat, PatType, ReturnType, Signature, Type,
    ext::IdentExt, spanned::Spanned,
};

use crate::{attribute::AttributeMacro, diagnostics::Diagnostics};

/// A value the hive provides: a field of the struct that is made.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) member: Member,
    /// What a diagnostic at start-up calls it.
    pub(crate) name: String,
    pub(crate) ty: Type,
}

/// A parameter of an annotated function.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) source: Source,
    pub(crate) passing: Passing,
}

/// Where an argument comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The event's body, as this type.
    Body(Box<Type>),
    /// The event itself.
    Event,
    /// A service, which the generated struct keeps.
    Service(Box<Service>),
}

/// How an argument is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    Reference,
    Value,
}

impl Service {
    /// The variable that holds the service until all are there.
    pub(crate) fn variable(&self) -> Ident {
        match &self.member {
            Member::Named(ident) => ident.clone(),
            Member::Unnamed(index) => format_ident!("field_{}", index),
        }
    }
}

/// The services a struct's fields ask for.
pub(crate) fn of_fields(fields: &Fields) -> Vec<Service> {
    let services = fields.iter().enumerate().map(|(position, field)| Service {
        attributes: field.attrs.clone(),
        name: field
            .ident
            .as_ref()
            .map_or_else(|| position.to_string(), plain),
        member: field
            .ident
            .clone()
            .map_or_else(|| Member::Unnamed(Index::from(position)), Member::Named),
        ty: field.ty.clone(),
    });
    services.collect()
}

/// The parameters of a function; reports those the hive cannot provide.
pub(crate) fn of_function(
    attribute: AttributeMacro,
    signature: &Signature,
    diagnostics: &mut Diagnostics,
) -> Vec<Parameter> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let mut parameters = Vec::new();
    for (position, parameter) in typed.enumerate() {
        parameters.push(self::parameter(attribute, position, parameter, diagnostics));
    }
    parameters
}

/// The services among the parameters.
pub(crate) fn services(parameters: &[Parameter]) -> Vec<&Service> {
    let services = parameters
        .iter()
        .filter_map(|parameter| match &parameter.source {
            Source::Service(service) => Some(&**service),
            Source::Body(_) | Source::Event => None,
        });
    services.collect()
}

/// Where the function says what it answers.
pub(crate) fn answer_span(output: &ReturnType) -> Span {
    match output {
        ReturnType::Default => Span::call_site(),
        ReturnType::Type(_, ty) => ty.span(),
    }
}

/// Whether the return type is called `Result`.
pub(crate) fn returns_result(output: &ReturnType) -> bool {
    matches!(output, ReturnType::Type(_, ty) if is_called(ty, "Result"))
}

fn parameter(
    attribute: AttributeMacro,
    position: usize,
    parameter: &PatType,
    diagnostics: &mut Diagnostics,
) -> Parameter {
    let (ty, passing) = match ungrouped(&parameter.ty) {
        Type::Reference(reference) => {
            if let Some(mutability) = &reference.mutability {
                diagnostics.error(
                    mutability.span(),
                    "the arguments of an actor are shared by all events in flight; \
                     write `&T`, or `T` for a clone",
                );
            }
            (&*reference.elem, Passing::Reference)
        }
        ty => (ty, Passing::Value),
    };
    if let Type::ImplTrait(ty) = ungrouped(ty) {
        diagnostics.error_under(
            ty,
            "the type of an argument decides what is passed, and `impl Trait` is no single type; \
             write a concrete one, or `&Arc<dyn Trait>`",
        );
    }
    let source = match attribute {
        AttributeMacro::Actor if position == 0 => Source::Body(Box::new(ty.clone())),
        AttributeMacro::Actor if is_called(ty, "Event") => Source::Event,
        AttributeMacro::Pulser if is_called(ty, "Event") => {
            diagnostics.error_under(
                ty,
                "a pulser is started by time and has no event; remove this argument",
            );
            Source::Event
        }
        AttributeMacro::Actor | AttributeMacro::Pulser => {
            Source::Service(Box::new(service(position, parameter, ty)))
        }
    };
    Parameter { source, passing }
}

fn service(position: usize, parameter: &PatType, ty: &Type) -> Service {
    let ident = match &*parameter.pat {
        Pat::Ident(pattern) => pattern.ident.clone(),
        other => format_ident!("argument_{}", position + 1, span = other.span()),
    };
    Service {
        attributes: Vec::new(),
        name: plain(&ident),
        member: Member::Named(ident),
        ty: ty.clone(),
    }
}

fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

fn is_called(ty: &Type, name: &str) -> bool {
    let Type::Path(ty) = ungrouped(ty) else {
        return false;
    };
    ty.path
        .segments
        .last()
        .is_some_and(|segment| segment.ident == name)
}

/// The type within the invisible groups that a `macro_rules!` macro leaves, and within parentheses.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        ty => ty,
    }
}
