//! The code of a pulser. It decides nothing: it builds descriptors and calls `beehive_core`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::{
    construction::{self, blamed_on},
    duration,
    parameters::{self, Parameter},
    pulser::{Answer, Body, Pulser},
    pulser_args::{Growth, PulserArgs},
};

/// Everything that is generated beside the user's item.
pub(crate) fn pulser(pulser: &Pulser) -> TokenStream {
    let item = &pulser.item;
    let (ident, cfgs) = (&item.ident, item.cfgs());
    let (services, structure, implementation) = match &pulser.body {
        Body::Struct { services } => (
            services.iter().collect(),
            TokenStream::new(),
            TokenStream::new(),
        ),
        Body::Function {
            parameters,
            output,
            answer,
        } => {
            let services = parameters::services(parameters);
            let structure = construction::function_struct(item, &services);
            let debug = construction::function_debug(item);
            let pulse = pulse(pulser, parameters, *output, *answer);
            (services, structure, quote!(#debug #pulse))
        }
    };
    let object = quote!(::beehive_core::schedule::Pulse);
    let build = construction::build_function(item, &services, &object, None);
    let name = item.name();
    let descriptors = pulser.stack.iter().map(|args| descriptor(&name, args));
    let submit = construction::submit(item, &quote!(::beehive_core::schedule::PulserRegistration));
    quote! {
        #structure
        #(#cfgs)*
        const _: () = {
            #implementation

            #[automatically_derived]
            impl ::beehive_core::schedule::Pulser for #ident {
                fn descriptors() -> ::std::vec::Vec<::beehive_core::schedule::PulserDescriptor> {
                    #build
                    ::core::convert::Into::into([#(#descriptors),*])
                }
            }

            #submit
        };
    }
}

/// The pulse that calls the function and collects what it announces.
fn pulse(pulser: &Pulser, parameters: &[Parameter], output: Span, answer: Answer) -> TokenStream {
    let ident = &pulser.item.ident;
    let call = construction::call(&pulser.item, parameters, output);
    let blame = blamed_on(output);
    let outcome = match answer {
        Answer::Events => {
            let events = quote_spanned! {blame=>
                ::beehive_core::actor::IntoEvents::into_events(#call)
            };
            quote!(::core::result::Result::Ok(#events))
        }
        Answer::Result => quote_spanned! {blame=>
            ::beehive_core::actor::IntoOutcome::into_outcome(#call)
        },
    };
    quote! {
        #[::beehive_core::__private::async_trait]
        impl ::beehive_core::schedule::Pulse for #ident {
            async fn pulse(
                &self,
            ) -> ::core::result::Result<
                ::std::vec::Vec<::beehive_core::event::Event>,
                ::beehive_core::actor::ActorError,
            > {
                #outcome
            }
        }
    }
}

fn descriptor(item: &str, args: &PulserArgs) -> TokenStream {
    let topic = &args.topic;
    let name = args
        .name
        .as_ref()
        .map_or_else(|| item.to_owned(), syn::LitStr::value);
    let first = args.every.map(duration::expression);
    let interval = match args.growth {
        Growth::Fixed => quote!(fixed(#first)),
        Growth::Increasing { step, max } => {
            let (step, max) = (duration::expression(step), duration::expression(max));
            quote!(increasing(#first, #step, #max))
        }
        Growth::DoublyIncreasing { max } => {
            let max = duration::expression(max);
            quote!(doubly_increasing(#first, #max))
        }
    };
    let jitter = args.jitter.map(|jitter| {
        let jitter = Literal::f64_unsuffixed(jitter);
        quote!(.with_jitter(#jitter))
    });
    quote! {
        ::beehive_core::schedule::PulserDescriptor::new(
            #name,
            #topic,
            ::beehive_core::schedule::Interval::#interval #jitter,
            build,
        )
        .with_location(::core::file!(), ::core::line!())
    }
}
