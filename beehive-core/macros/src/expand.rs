//! The code of an actor. It decides nothing: it builds descriptors and calls `beehive_core`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::{
    actor::{Actor, Body},
    args::Args,
    construction::{self, blamed_on},
    duration,
    emits::Emit,
    parameters::{Parameter, Source},
    retry::Retry,
};

/// Everything that is generated beside the user's item.
pub(crate) fn actor(actor: &Actor) -> TokenStream {
    let item = &actor.item;
    let (ident, cfgs) = (&item.ident, item.cfgs());
    let services = actor.body.services();
    let (structure, implementation) = match &actor.body {
        Body::Struct { .. } => (TokenStream::new(), TokenStream::new()),
        Body::Function { parameters, output } => {
            let debug = construction::function_debug(item);
            let process = process(actor, parameters, *output);
            (
                construction::function_struct(item, &services),
                quote!(#debug #process),
            )
        }
    };
    let blame = blamed_on(ident.span());
    let wrapper = actor
        .is_blocking()
        .then(|| quote_spanned!(blame=> ::beehive_core::actor::Blocking::new));
    let build = construction::build_function(
        item,
        &services,
        &quote!(::beehive_core::actor::ProcessorActor),
        wrapper.as_ref(),
    );
    let name = item.name();
    let descriptors = actor.stack.iter().map(|args| descriptor(&name, args));
    let submit = construction::submit(item, &quote!(::beehive_core::actor::ActorRegistration));
    quote! {
        #structure
        #(#cfgs)*
        const _: () = {
            #implementation

            #[automatically_derived]
            impl ::beehive_core::actor::Actor for #ident {
                fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
                    #build
                    ::core::convert::Into::into([#(#descriptors),*])
                }
            }

            #submit
        };
    }
}

/// The processor that decodes the body, calls the function and collects what follows.
fn process(actor: &Actor, parameters: &[Parameter], output: Span) -> TokenStream {
    let ident = &actor.item.ident;
    let (event, body) = (construction::local("event"), construction::local("body"));
    let decode = parameters
        .iter()
        .find_map(|parameter| match &parameter.source {
            Source::Body(ty) => Some(quote_spanned! {blamed_on(ty.span())=>
                let #body = <#ty as ::beehive_core::actor::FromEvent>::from_event(&#event)?;
            }),
            Source::Event | Source::Service(_) => None,
        });
    let call = construction::call(&actor.item, parameters, output);
    let outcome = quote_spanned! {blamed_on(output)=>
        ::beehive_core::actor::IntoOutcome::into_outcome(#call)
    };
    let (attribute, object, asyncness) = if actor.is_blocking() {
        (None, quote!(::beehive_core::actor::BlockingActor), None)
    } else {
        (
            Some(quote!(#[::beehive_core::__private::async_trait])),
            quote!(::beehive_core::actor::ProcessorActor),
            Some(quote!(async)),
        )
    };
    quote! {
        #attribute
        impl #object for #ident {
            #asyncness fn process(
                &self,
                #event: ::beehive_core::event::Event,
            ) -> ::core::result::Result<
                ::std::vec::Vec<::beehive_core::event::Event>,
                ::beehive_core::actor::ActorError,
            > {
                #decode
                #outcome
            }
        }
    }
}

fn descriptor(item: &str, args: &Args) -> TokenStream {
    let queue = &args.queue;
    let name = args
        .name
        .as_ref()
        .map_or_else(|| item.to_owned(), syn::LitStr::value);
    let parallelism = args.parallelism.map(|count| {
        let count = Literal::u32_unsuffixed(count.get());
        quote!(.with_parallelism(::beehive_core::__private::non_zero(#count)))
    });
    let lease = args.lease.map(|lease| {
        let lease = duration::expression(lease);
        quote!(.with_lease(#lease))
    });
    let timeout = args.timeout.map(|timeout| {
        let timeout = duration::expression(timeout);
        quote!(.with_timeout(#timeout))
    });
    let retry = args.retry.as_ref().map(retry);
    let order = args
        .ordered
        .map(|_| quote!(.with_order(::beehive_core::queue::Order::BySubject)));
    let emits = emits(&args.emits);
    quote! {
        ::beehive_core::actor::ActorDescriptor::new(
            #name,
            ::beehive_core::__private::queue_name(#queue),
            build,
        )
        #parallelism
        #lease
        #timeout
        #retry
        #order
        #emits
        .with_location(::core::file!(), ::core::line!())
    }
}

fn retry(retry: &Retry) -> TokenStream {
    let immediate = retry.immediate.map(|count| {
        let count = Literal::u32_unsuffixed(count);
        quote!(.with_immediate(#count))
    });
    let delayed = retry.delayed.map(|count| {
        let count = Literal::u32_unsuffixed(count);
        quote!(.with_delayed(#count))
    });
    let base = retry.base.map(|base| {
        let base = duration::expression(base);
        quote!(.with_base(#base))
    });
    let max = retry.max.map(|max| {
        let max = duration::expression(max);
        quote!(.with_max_delay(#max))
    });
    quote! {
        .with_retry(
            <::beehive_core::recovery::RetryPolicy as ::core::default::Default>::default()
                #immediate
                #delayed
                #base
                #max
        )
    }
}

fn emits(emits: &[Emit]) -> Option<TokenStream> {
    let names = emits.iter().map(|emit| match emit {
        Emit::Body(path) => quote_spanned! {blamed_on(path.span())=>
            <#path as ::beehive_core::event::EventBody>::TYPE
        },
        Emit::Name(name) => quote!(#name),
    });
    (!emits.is_empty()).then(|| quote!(.with_emits([#(#names),*])))
}
