#[automatically_derived]
impl ::beehive_core::event::EventBody for OrderCancelled {
    const TYPE: &'static str = "OrderCancelled";
    fn subject(&self) -> ::core::option::Option<::std::string::String> {
        ::core::option::Option::Some(
            ::beehive_core::__private::SubjectText::subject_text(&self.0),
        )
    }
}
