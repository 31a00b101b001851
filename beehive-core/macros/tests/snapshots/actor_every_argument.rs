struct AuthorisePayment;

const _: () = {
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for AuthorisePayment {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                _: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(AuthorisePayment {}),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "payment",
                        ::beehive_core::__private::queue_name("OrderAccepted-Payment"),
                        build,
                    )
                    .with_parallelism(::beehive_core::__private::non_zero(8))
                    .with_lease(::core::time::Duration::from_secs(90))
                    .with_timeout(::core::time::Duration::new(0, 500000000))
                    .with_retry(
                        <::beehive_core::recovery::RetryPolicy as ::core::default::Default>::default()
                            .with_immediate(2)
                            .with_delayed(5)
                            .with_base(::core::time::Duration::from_secs(1))
                            .with_max_delay(::core::time::Duration::from_secs(3600)),
                    )
                    .with_order(::beehive_core::queue::Order::BySubject)
                    .with_emits([
                        <events::PaymentAuthorised as ::beehive_core::event::EventBody>::TYPE,
                        "PaymentFailed",
                    ])
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < AuthorisePayment >
        (::core::module_path!())
    }
};
