#[automatically_derived]
impl ::beehive_core::event::EventBody for Accepted {
    const TYPE: &'static str = "OrderAccepted";
    fn subject(&self) -> ::core::option::Option<::std::string::String> {
        ::core::option::Option::Some(::std::string::ToString::to_string(&self.order))
    }
}
