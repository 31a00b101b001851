pub(crate) async fn check_stock(stock: &Counter) -> Result<Vec<Event>, ActorError> {
    stock.low().await
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub(crate) struct check_stock {
    stock: Counter,
}

const _: () = {
    impl ::core::fmt::Debug for check_stock {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("check_stock")
        }
    }
    #[::beehive_core::__private::async_trait]
    impl ::beehive_core::schedule::Pulse for check_stock {
        async fn pulse(
            &self,
        ) -> ::core::result::Result<
            ::std::vec::Vec<::beehive_core::event::Event>,
            ::beehive_core::actor::ActorError,
        > {
            ::beehive_core::actor::IntoOutcome::into_outcome(
                check_stock(&self.stock).await,
            )
        }
    }
    #[automatically_derived]
    impl ::beehive_core::schedule::Pulser for check_stock {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::schedule::PulserDescriptor> {
            fn build(
                resolver: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::schedule::Pulse>,
            > {
                let stock = resolver.field::<Counter>("stock");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(check_stock { stock: stock? }),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::schedule::PulserDescriptor::new(
                        "check_stock",
                        "StockCheckDue",
                        ::beehive_core::schedule::Interval::fixed(
                            ::core::time::Duration::from_secs(300),
                        ),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::schedule::PulserRegistration::new:: < check_stock >
        (::core::module_path!())
    }
};
