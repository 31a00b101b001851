//! `#[derive(EventBody)]`: a body's event type, and the field that is its subject.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Attribute, Data, DeriveInput, Fields, Ident, LitStr, Member, Meta, Variant, ext::IdentExt,
    spanned::Spanned,
};

use crate::{
    arguments::{Argument, Arguments, Value},
    construction::blamed_on,
    diagnostics::Diagnostics,
    queue_name,
};

const KEYS: [&str; 2] = ["type", "subject"];

/// Expands `#[derive(EventBody)] item`.
pub(crate) fn event_body(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut diagnostics = Diagnostics::default();
    check_generics(&input, &mut diagnostics);
    let mut arguments = Arguments::parse(
        "`#[event]`",
        &KEYS,
        arguments_of(&input.attrs, &mut diagnostics),
        &mut diagnostics,
    );
    let event_type = arguments.take("type");
    let name = event_type_name(&input, event_type.as_ref(), &mut diagnostics);
    let subject = arguments
        .take("subject")
        .and_then(|subject| self::subject(&input, &subject, &mut diagnostics));
    if !diagnostics.is_empty() {
        return diagnostics.into_tokens();
    }
    let ident = &input.ident;
    let subject = subject.map(|subject| {
        quote! {
            fn subject(&self) -> ::core::option::Option<::std::string::String> {
                ::core::option::Option::Some(#subject)
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl ::beehive_core::event::EventBody for #ident {
            const TYPE: &'static str = #name;
            #subject
        }
    }
}

fn check_generics(input: &DeriveInput, diagnostics: &mut Diagnostics) {
    if !input.generics.params.is_empty() {
        diagnostics.error_under(
            &input.generics,
            format_args!(
                "`{}` is generic, and an event type is one type with one name; write concrete types",
                input.ident
            ),
        );
    }
    if let Data::Union(union) = &input.data {
        diagnostics.error(
            union.union_token.span,
            "a body of an event is a struct or an enum, and this is a `union`; make it one of these",
        );
    }
}

/// The arguments of all `#[event(..)]`, as if they stood in one.
fn arguments_of(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> TokenStream {
    let mut arguments = TokenStream::new();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("event"))
    {
        if let Meta::List(list) = &attribute.meta {
            let tokens = &list.tokens;
            arguments.extend(quote!(#tokens,));
        } else {
            diagnostics.error_under(
                attribute,
                "`#[event]` takes a list; write `#[event(type = \"OrderAccepted\", subject = order)]`",
            );
        }
    }
    arguments
}

fn event_type_name(
    input: &DeriveInput,
    argument: Option<&Argument>,
    diagnostics: &mut Diagnostics,
) -> String {
    let written = argument.and_then(|argument| argument.text("OrderAccepted", diagnostics));
    let (name, span) = match (&written, argument) {
        (Some(name), _) => (name.value(), name.span()),
        // What was written is wrong and reported; the identifier is not to blame.
        (None, Some(_)) => return String::new(),
        (None, None) => (input.ident.unraw().to_string(), input.ident.span()),
    };
    if let Err(reason) = queue_name::check_event_type(&name) {
        let place = if written.is_some() {
            ""
        } else {
            " in `#[event(type = \"..\")]`"
        };
        diagnostics.error(span, format_args!("{reason}{place}"));
    }
    name
}

/// The expression that makes the subject out of `self`.
fn subject(
    input: &DeriveInput,
    argument: &Argument,
    diagnostics: &mut Diagnostics,
) -> Option<TokenStream> {
    let field = match &argument.value {
        Value::Assigned(tokens) => syn::parse2::<Member>(tokens.clone()).ok(),
        Value::Nothing | Value::List(_) => None,
    };
    let Some(field) = field else {
        let quoted = match &argument.value {
            Value::Assigned(tokens) => syn::parse2::<LitStr>(tokens.clone()).ok(),
            Value::Nothing | Value::List(_) => None,
        };
        let example = quoted.map_or_else(|| "order_id".to_owned(), |field| field.value());
        diagnostics.error(
            argument.value_span(),
            format_args!("`subject` takes the name of a field; write `subject = {example}`"),
        );
        return None;
    };
    match &input.data {
        Data::Struct(data) => {
            check_field(&input.ident, &data.fields, &field, diagnostics);
            let blame = blamed_on(field.span());
            let text = to_text(&field, &quote_spanned!(blame=> &self.#field));
            Some(text)
        }
        Data::Enum(data) => {
            let arms = data.variants.iter().map(|variant| {
                check_field(&variant.ident, &variant.fields, &field, diagnostics);
                arm(variant, &field)
            });
            let arms: Vec<_> = arms.collect();
            Some(quote!(match self { #(#arms)* }))
        }
        Data::Union(_) => None,
    }
}

fn arm(variant: &Variant, field: &Member) -> TokenStream {
    let ident = &variant.ident;
    let text = to_text(field, &quote!(subject));
    quote!(Self::#ident { #field: subject, .. } => #text,)
}

fn to_text(field: &Member, reference: &TokenStream) -> TokenStream {
    quote_spanned! {blamed_on(field.span())=>
        ::beehive_core::__private::SubjectText::subject_text(#reference)
    }
}

fn check_field(owner: &Ident, fields: &Fields, field: &Member, diagnostics: &mut Diagnostics) {
    let members: Vec<Member> = fields.members().collect();
    if members.contains(field) {
        return;
    }
    let member = member_name(field);
    let remedy = if members.is_empty() {
        "it has no fields; remove `subject`".to_owned()
    } else {
        let names: Vec<_> = members.iter().map(member_name).collect();
        format!("expected one of: {}", names.join(", "))
    };
    diagnostics.error(
        field.span(),
        format_args!("`{owner}` has no field `{member}` to be its subject; {remedy}"),
    );
}

fn member_name(member: &Member) -> String {
    match member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
