struct PrintInvoice {
    printer: Printer,
}

const _: () = {
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for PrintInvoice {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                resolver: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                let printer = resolver.field::<Printer>("printer");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(
                        ::beehive_core::actor::Blocking::new(PrintInvoice {
                            printer: printer?,
                        }),
                    ),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "PrintInvoice",
                        ::beehive_core::__private::queue_name("OrderShipped-Invoice"),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < PrintInvoice >
        (::core::module_path!())
    }
};
