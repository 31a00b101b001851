/// Charges the customer.
pub async fn authorise(
    order: OrderAccepted,
    orders: &Collection<Order>,
    gateway: Arc<dyn PaymentGateway>,
    event: Event,
) -> Result<PaymentAuthorised, ActorError> {
    gateway.charge(order, orders, event).await
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub struct authorise {
    orders: Collection<Order>,
    gateway: Arc<dyn PaymentGateway>,
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
            let body = <OrderAccepted as ::beehive_core::actor::FromEvent>::from_event(
                &event,
            )?;
            ::beehive_core::actor::IntoOutcome::into_outcome(
                authorise(
                        body,
                        &self.orders,
                        ::core::clone::Clone::clone(&self.gateway),
                        ::core::clone::Clone::clone(&event),
                    )
                    .await,
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
                let orders = resolver.field::<Collection<Order>>("orders");
                let gateway = resolver.field::<Arc<dyn PaymentGateway>>("gateway");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(authorise {
                        orders: orders?,
                        gateway: gateway?,
                    }),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "authorise",
                        ::beehive_core::__private::queue_name("OrderAccepted-Payment"),
                        build,
                    )
                    .with_emits([
                        <PaymentAuthorised as ::beehive_core::event::EventBody>::TYPE,
                    ])
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < authorise >
        (::core::module_path!())
    }
};
