struct Trace;

const _: () = {
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for Trace {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                _: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(Trace {}),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "Trace",
                        ::beehive_core::__private::queue_name("OrderAccepted-Tracing"),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < Trace >
        (::core::module_path!())
    }
};
