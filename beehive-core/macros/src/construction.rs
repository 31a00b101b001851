//! Code that actors and pulsers share: the struct of a function, how one is made, how it is found.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::{
    attribute::AttributeMacro,
    item::{Item, ItemKind, cfgs},
    parameters::{Parameter, Passing, Service, Source},
};

/// The struct that keeps a function's services, and has its name.
pub(crate) fn function_struct(item: &Item, services: &[&Service]) -> TokenStream {
    let (visibility, ident, cfgs) = (&item.visibility, &item.ident, item.cfgs());
    let members = services.iter().map(|service| &service.member);
    let types = services.iter().map(|service| &service.ty);
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #visibility struct #ident {
            #(#members: #types,)*
        }
    }
}

/// `Debug` for that struct, which asks nothing of the services.
pub(crate) fn function_debug(item: &Item) -> TokenStream {
    let (ident, name) = (&item.ident, item.name());
    quote! {
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#name)
            }
        }
    }
}

/// `fn build`: asks for all services before it gives up on one, so that every missing one is known.
///
/// `object` is the trait the hive calls, `wrapper` what makes the item one.
pub(crate) fn build_function(
    item: &Item,
    services: &[&Service],
    object: &TokenStream,
    wrapper: Option<&TokenStream>,
) -> TokenStream {
    let ident = &item.ident;
    let resolver = match services {
        [] => Ident::new("_", Span::call_site()),
        _ => local("resolver"),
    };
    let (mut questions, mut fields) = (TokenStream::new(), TokenStream::new());
    for service in services {
        let Service {
            attributes,
            member,
            name,
            ty,
        } = service;
        let variable = service.variable();
        let cfgs = cfgs(attributes);
        questions.extend(quote! {
            #(#cfgs)* let #variable = #resolver.field::<#ty>(#name);
        });
        fields.extend(quote!(#(#cfgs)* #member: #variable?,));
    }
    let blame = blamed_on(ident.span());
    let made = wrapper.map_or_else(
        || quote!(#ident { #fields }),
        |wrapper| quote_spanned!(blame=> #wrapper(#ident { #fields })),
    );
    let shared = quote_spanned! {blame=>
        ::beehive_core::__private::Arc::new(#made)
    };
    quote! {
        fn build(
            #resolver: &mut ::beehive_core::actor::Resolver<'_>,
        ) -> ::core::option::Option<::beehive_core::__private::Arc<dyn #object>> {
            #questions
            ::core::option::Option::Some(#shared)
        }
    }
}

/// The call of the annotated function, blamed on what it answers.
pub(crate) fn call(item: &Item, parameters: &[Parameter], output: Span) -> TokenStream {
    let mut ident = item.ident.clone();
    ident.set_span(ident.span().located_at(output));
    let arguments = parameters.iter().map(|Parameter { source, passing }| {
        let place = match source {
            Source::Body(_) => local("body").into_token_stream(),
            Source::Event => local("event").into_token_stream(),
            Source::Service(service) => {
                let member = &service.member;
                quote!(self.#member)
            }
        };
        match (source, passing) {
            (_, Passing::Reference) => quote!(&#place),
            (Source::Body(_), Passing::Value) => place,
            (Source::Event | Source::Service(_), Passing::Value) => {
                quote!(::core::clone::Clone::clone(&#place))
            }
        }
    });
    let wait = match &item.kind {
        ItemKind::Function(signature) if signature.asyncness.is_some() => {
            quote_spanned!(blamed_on(output)=> .await)
        }
        ItemKind::Function(_) | ItemKind::Struct(_) => TokenStream::new(),
    };
    quote_spanned!(blamed_on(output)=> #ident(#(#arguments),*) #wait)
}

/// What makes the item known to `discover()`; `registration` is its type.
pub(crate) fn submit(item: &Item, registration: &TokenStream) -> TokenStream {
    let ident = &item.ident;
    quote! {
        ::beehive_core::__private::inventory::submit! {
            #registration::new::<#ident>(::core::module_path!())
        }
    }
}

/// What stands in for the generated code while there are errors, so that users of the item's name
/// see no further ones.
pub(crate) fn placeholder(attribute: AttributeMacro, item: &Item) -> TokenStream {
    if !item.can_be_a_type() {
        return TokenStream::new();
    }
    let (ident, cfgs) = (&item.ident, item.cfgs());
    let structure = match &item.kind {
        ItemKind::Function(_) => function_struct(item, &[]),
        ItemKind::Struct(_) => TokenStream::new(),
    };
    let (object, descriptor) = match attribute {
        AttributeMacro::Actor => (
            quote!(::beehive_core::actor::Actor),
            quote!(::beehive_core::actor::ActorDescriptor),
        ),
        AttributeMacro::Pulser => (
            quote!(::beehive_core::schedule::Pulser),
            quote!(::beehive_core::schedule::PulserDescriptor),
        ),
    };
    quote! {
        #structure
        #(#cfgs)*
        const _: () = {
            impl #object for #ident {
                fn descriptors() -> ::std::vec::Vec<#descriptor> {
                    ::std::vec::Vec::new()
                }
            }
        };
    }
}

/// A variable of the generated code, which no name of the user's can meet.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The place at which the compiler reports, while names keep their meaning within the macro.
pub(crate) fn blamed_on(span: Span) -> Span {
    Span::call_site().located_at(span)
}
