#[automatically_derived]
impl ::beehive_core::event::EventBody for Accepted {
    const TYPE: &'static str = "OrderAccepted";
    fn subject(&self) -> ::core::option::Option<::std::string::String> {
        ::core::option::Option::Some(
            ::beehive_core::__private::SubjectText::subject_text(&self.order),
        )
    }
}
