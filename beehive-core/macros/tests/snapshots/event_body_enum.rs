#[automatically_derived]
impl ::beehive_core::event::EventBody for Payment {
    const TYPE: &'static str = "PaymentSettled";
    fn subject(&self) -> ::core::option::Option<::std::string::String> {
        ::core::option::Option::Some(
            match self {
                Self::Authorised { order: subject, .. } => {
                    ::std::string::ToString::to_string(subject)
                }
                Self::Failed { order: subject, .. } => {
                    ::std::string::ToString::to_string(subject)
                }
            },
        )
    }
}
