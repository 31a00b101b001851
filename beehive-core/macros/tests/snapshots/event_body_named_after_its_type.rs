#[automatically_derived]
impl ::beehive_core::event::EventBody for OrderAccepted {
    const TYPE: &'static str = "OrderAccepted";
}
