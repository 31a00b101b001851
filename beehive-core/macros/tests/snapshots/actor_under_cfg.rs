#[cfg(feature = "audit")]
async fn audit(order: OrderAccepted) -> Result<(), ActorError> {
    Ok(())
}

#[cfg(feature = "audit")]
#[doc(hidden)]
#[allow(non_camel_case_types)]
struct audit {}

#[cfg(feature = "audit")]
const _: () = {
    impl ::core::fmt::Debug for audit {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("audit")
        }
    }
    #[::beehive_core::__private::async_trait]
    impl ::beehive_core::actor::ProcessorActor for audit {
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
            ::beehive_core::actor::IntoOutcome::into_outcome(audit(body).await)
        }
    }
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for audit {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                _: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(audit {}),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "audit",
                        ::beehive_core::__private::queue_name("OrderAccepted-Audit"),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < audit >
        (::core::module_path!())
    }
};
