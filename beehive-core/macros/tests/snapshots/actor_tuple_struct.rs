struct Restock(Counter, Arc<dyn Supplier>);

const _: () = {
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for Restock {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                resolver: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                let field_0 = resolver.field::<Counter>("0");
                let field_1 = resolver.field::<Arc<dyn Supplier>>("1");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(Restock {
                        0: field_0?,
                        1: field_1?,
                    }),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "Restock",
                        ::beehive_core::__private::queue_name("Stock-Stock"),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < Restock >
        (::core::module_path!())
    }
};
