#[derive(Clone)]
struct CancelOrder {
    orders: Collection<Order>,
}

const _: () = {
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for CancelOrder {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                resolver: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                let orders = resolver.field::<Collection<Order>>("orders");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(CancelOrder { orders: orders? }),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "CancelOrder",
                        ::beehive_core::__private::queue_name(
                            "FraudCheckFailed-CancelOrder",
                        ),
                        build,
                    )
                    .with_parallelism(::beehive_core::__private::non_zero(2))
                    .with_location(::core::file!(), ::core::line!()),
                ::beehive_core::actor::ActorDescriptor::new(
                        "CancelOrder",
                        ::beehive_core::__private::queue_name(
                            "PaymentFailed-CancelOrder",
                        ),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
                ::beehive_core::actor::ActorDescriptor::new(
                        "expire",
                        ::beehive_core::__private::queue_name(
                            "OrderExpired-CancelOrder",
                        ),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < CancelOrder >
        (::core::module_path!())
    }
};
