struct CheckStock {
    stock: Counter,
}

const _: () = {
    #[automatically_derived]
    impl ::beehive_core::schedule::Pulser for CheckStock {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::schedule::PulserDescriptor> {
            fn build(
                resolver: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::schedule::Pulse>,
            > {
                let stock = resolver.field::<Counter>("stock");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(CheckStock { stock: stock? }),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::schedule::PulserDescriptor::new(
                        "CheckStock",
                        "StockCheckDue",
                        ::beehive_core::schedule::Interval::increasing(
                                ::core::time::Duration::from_secs(300),
                                ::core::time::Duration::from_secs(60),
                                ::core::time::Duration::from_secs(3600),
                            )
                            .with_jitter(1.0),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
                ::beehive_core::schedule::PulserDescriptor::new(
                        "CheckStock",
                        "StockCountDue",
                        ::beehive_core::schedule::Interval::doubly_increasing(
                            ::core::time::Duration::from_secs(3600),
                            ::core::time::Duration::from_secs(86400),
                        ),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::schedule::PulserRegistration::new:: < CheckStock >
        (::core::module_path!())
    }
};
