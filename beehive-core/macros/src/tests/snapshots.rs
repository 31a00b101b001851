//! The expansion of each form, pretty-printed, so that a review reads generated code in the diff.

use expect_test::{ExpectFile, expect_file};
use syn::File;

use super::{Macro, event_body, expand};
use crate::{actor::actor, pulser::pulser};

#[track_caller]
fn check(expansion: Macro, arguments: &str, item: &str, expected: &ExpectFile) {
    let file: File = syn::parse2(expand(expansion, arguments, item)).unwrap();
    let items = file.items.into_iter().map(|item| {
        prettyplease::unparse(&File {
            shebang: None,
            frontmatter: None,
            attrs: Vec::new(),
            items: vec![item],
        })
    });
    expected.assert_eq(&items.collect::<Vec<_>>().join("\n"));
}

macro_rules! snapshot {
    ($name:ident: #[$expansion:ident($arguments:expr)] $item:expr) => {
        #[test]
        fn $name() {
            let file = concat!("../../tests/snapshots/", stringify!($name), ".rs");
            check($expansion, $arguments, $item, &expect_file![file]);
        }
    };
}

snapshot!(actor_struct_with_named_fields: #[actor(
    r#""OrderAccepted-Payment", emits(PaymentAuthorised, "PaymentFailed")"#
)] "
    /// Charges the customer.
    #[derive(Debug)]
    pub struct AuthorisePayment {
        orders: Collection<Order>,
        #[cfg(feature = \"gateway\")]
        gateway: Arc<dyn PaymentGateway>,
    }
");

snapshot!(actor_tuple_struct: #[actor(r#""Stock-Stock""#)]
    "struct Restock(Counter, Arc<dyn Supplier>);"
);

snapshot!(actor_unit_struct: #[actor(r#""OrderAccepted-Tracing""#)] "struct Trace;");

snapshot!(actor_blocking_struct: #[actor(r#""OrderShipped-Invoice", blocking"#)]
    "struct PrintInvoice { printer: Printer }"
);

snapshot!(actor_every_argument: #[actor(
    r#""OrderAccepted-Payment", name = "payment", parallelism = 8, lease = "1m 30s",
       timeout = "500ms", retry(immediate = 2, delayed = 5, base = "1s", max = "1h"),
       emits(events::PaymentAuthorised, "PaymentFailed"), ordered,"#
)] "struct AuthorisePayment;");

snapshot!(actor_stacked: #[actor(r#""FraudCheckFailed-CancelOrder", parallelism = 2"#)] r#"
    #[actor("PaymentFailed-CancelOrder")]
    #[derive(Clone)]
    #[beehive_core::actor("OrderExpired-CancelOrder", name = "expire")]
    struct CancelOrder { orders: Collection<Order> }
"#);

snapshot!(actor_under_cfg: #[actor(r#""OrderAccepted-Audit""#)] "
    #[cfg(feature = \"audit\")]
    async fn audit(order: OrderAccepted) -> Result<(), ActorError> { Ok(()) }
");

snapshot!(actor_async_fn: #[actor(r#""OrderAccepted-Payment", emits(PaymentAuthorised)"#)] "
    /// Charges the customer.
    pub async fn authorise(
        order: OrderAccepted,
        orders: &Collection<Order>,
        gateway: Arc<dyn PaymentGateway>,
        event: Event,
    ) -> Result<PaymentAuthorised, ActorError> {
        gateway.charge(order, orders, event).await
    }
");

snapshot!(actor_fn_by_reference: #[actor(r#""OrderAccepted-Payment""#)] "
    async fn authorise(event: &Event, again: &Event, _: &Arc<dyn Gateway>) -> Result<(), Error> {
        Ok(())
    }
");

snapshot!(actor_blocking_fn: #[actor(r#""OrderShipped-Invoice", blocking"#)] "
    fn print_invoice(
        OrderShipped { order, .. }: OrderShipped,
        printer: &Printer,
    ) -> Result<Option<Event>, PrinterError> {
        printer.print(order)
    }
");

snapshot!(pulser_async_fn: #[pulser(r#""StockCheckDue", every = "5m""#)] "
    pub(crate) async fn check_stock(stock: &Counter) -> Result<Vec<Event>, ActorError> {
        stock.low().await
    }
");

snapshot!(pulser_plain_fn: #[pulser(
    r#""Tick", name = "tick", every = "1s", growth = fixed, jitter = 0.1"#
)] "fn tick() -> Event { Event::new(Tick) }");

snapshot!(pulser_struct: #[pulser(
    r#""StockCheckDue", every = "5m", growth = increasing(step = "1m", max = "1h"), jitter = 1"#
)] r#"
    #[pulser("StockCountDue", every = "1h", growth = doubly_increasing(max = "1day"))]
    struct CheckStock { stock: Counter }
"#);

snapshot!(event_body_named_after_its_type: #[event_body("")] "struct OrderAccepted;");

snapshot!(event_body_struct: #[event_body("")] "
    #[event(type = \"OrderAccepted\", subject = order)]
    struct Accepted { order: OrderId, total: u64 }
");

snapshot!(event_body_tuple_struct: #[event_body("")] "
    #[event(subject = 0)]
    struct OrderCancelled(OrderId);
");

snapshot!(event_body_enum: #[event_body("")] "
    #[event(subject = order)]
    #[event(type = \"PaymentSettled\")]
    enum Payment { Authorised { order: OrderId, amount: u64 }, Failed { order: OrderId } }
");
