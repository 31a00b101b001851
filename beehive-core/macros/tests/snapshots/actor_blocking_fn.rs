fn print_invoice(
    OrderShipped { order, .. }: OrderShipped,
    printer: &Printer,
) -> Result<Option<Event>, PrinterError> {
    printer.print(order)
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
struct print_invoice {
    printer: Printer,
}

const _: () = {
    impl ::core::fmt::Debug for print_invoice {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("print_invoice")
        }
    }
    impl ::beehive_core::actor::BlockingActor for print_invoice {
        fn process(
            &self,
            event: ::beehive_core::event::Event,
        ) -> ::core::result::Result<
            ::std::vec::Vec<::beehive_core::event::Event>,
            ::beehive_core::actor::ActorError,
        > {
            let body = <OrderShipped as ::beehive_core::actor::FromEvent>::from_event(
                &event,
            )?;
            ::beehive_core::actor::IntoOutcome::into_outcome(
                print_invoice(body, &self.printer),
            )
        }
    }
    #[automatically_derived]
    impl ::beehive_core::actor::Actor for print_invoice {
        fn descriptors() -> ::std::vec::Vec<::beehive_core::actor::ActorDescriptor> {
            fn build(
                resolver: &mut ::beehive_core::actor::Resolver<'_>,
            ) -> ::core::option::Option<
                ::beehive_core::__private::Arc<dyn ::beehive_core::actor::ProcessorActor>,
            > {
                let printer = resolver.field::<Printer>("printer");
                ::core::option::Option::Some(
                    ::beehive_core::__private::Arc::new(
                        ::beehive_core::actor::Blocking::new(print_invoice {
                            printer: printer?,
                        }),
                    ),
                )
            }
            ::core::convert::Into::into([
                ::beehive_core::actor::ActorDescriptor::new(
                        "print_invoice",
                        ::beehive_core::__private::queue_name("OrderShipped-Invoice"),
                        build,
                    )
                    .with_location(::core::file!(), ::core::line!()),
            ])
        }
    }
    ::beehive_core::__private::inventory::submit! {
        ::beehive_core::actor::ActorRegistration::new:: < print_invoice >
        (::core::module_path!())
    }
};
