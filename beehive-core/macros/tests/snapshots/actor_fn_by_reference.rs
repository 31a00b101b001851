async fn authorise(
    event: &Event,
    again: &Event,
    _: &Arc<dyn Gateway>,
) -> Result<(), Error> {
    Ok(())
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
struct authorise {
    argument_3: Arc<dyn Gateway>,
}

const _: () = {
    impl ::core::fmt::Debug for authorise {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("authorise")
        }
    }
    #[::beehive_core::__private::async_trait]
    impl ::beehive_core::actor::ProcessorActor for authorise {
        async fn process(
            &self,
            event: ::beehive_core::event::Event,
        ) -> ::core::result::Result<
            ::std::vec::Vec<::beehive_core::event::Event>,
            ::beehive_core::actor::ActorError,
        > {
            let body = <Event as ::beehive_core::actor::FromEvent>::from_event(&event)?;
            ::beehive_core::actor::IntoOutcome::into_outcome(
                authorise(&body, &event, &self.argument_3).await,
            )
        }
    }
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for authorise {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                resolver: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                let argument_3 = resolver.field::<Arc<dyn Gateway>>("argument_3");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(authorise {
                        argument_3: argument_3?,
                    }),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "authorise",
                        ::beehive_core::__private::queue_name("OrderAccepted-Payment"),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < authorise >
        (::core::module_path!())
    }
};
