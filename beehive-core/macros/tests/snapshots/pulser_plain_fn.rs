fn tick() -> Event {
    Event::new(Tick)
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
struct tick {}

const _: () = {
    impl ::core::fmt::Debug for tick {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("tick")
        }
    }
    #[::beehive_core::__private::async_trait]
    impl ::beehive_core::schedule::Pulse for tick {
        async fn pulse(
            &self,
        ) -> ::core::result::Result<
            ::std::vec::Vec<::beehive_core::event::Event>,
            ::beehive_core::actor::ActorError,
        > {
            ::core::result::Result::Ok(
                ::beehive_core::actor::IntoEvents::into_events(tick()),
            )
        }
    }
    #[automatically_derived]
    impl ::beehive_core::schedule::Pulser for tick {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::schedule::PulserDescriptor> {
            fn build(
                _: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::schedule::Pulse>,
            > {
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(tick {}),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::schedule::PulserDescriptor::new(
                        "tick",
                        "Tick",
                        ::beehive_core::schedule::Interval::fixed(
                                ::core::time::Duration::from_secs(1),
                            )
                            .with_jitter(0.1),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::schedule::PulserRegistration::new:: < tick >
        (::core::module_path!())
    }
};
