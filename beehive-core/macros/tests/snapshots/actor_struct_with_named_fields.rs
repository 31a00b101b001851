/// Charges the customer.
#[derive(Debug)]
pub struct AuthorisePayment {
    orders: Collection<Order>,
    #[cfg(feature = "gateway")]
    gateway: Arc<dyn PaymentGateway>,
}

const _: () = {
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for AuthorisePayment {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                resolver: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                let orders = resolver.field::<Collection<Order>>("orders");
                #[cfg(feature = "gateway")]
                let gateway = resolver.field::<Arc<dyn PaymentGateway>>("gateway");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(AuthorisePayment {
                        orders: orders?,
                        #[cfg(feature = "gateway")]
                        gateway: gateway?,
                    }),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "AuthorisePayment",
                        ::beehive_core::__private::queue_name("OrderAccepted-Payment"),
                        build,
                    )
                    .with_emits([
                        <PaymentAuthorised as ::beehive_core::event::EventBody>::TYPE,
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
