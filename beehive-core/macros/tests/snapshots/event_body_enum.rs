#[automatically_derived]
impl ::beehive_core::event::EventBody for Payment {
    const TYPE: &'static str = "PaymentSettled";
    fn subject(&self) -> ::core::option::Option<::std::string::String> {
        ::core::option::Option::Some(
            match self {
                Self::Authorised { order: subject, .. } => {
                    ::beehive_core::__private::SubjectText::subject_text(subject)
                }
                Self::Failed { order: subject, .. } => {
                    ::beehive_core::__private::SubjectText::subject_text(subject)
                }
            },
        )
    }
}
