//! The attribute macros, documented where users find them.

/// Makes a struct or a function an actor that reads a queue.
///
/// The item itself stays as it is: a struct can be built and tested by hand, a function called.
/// Beside it the attribute writes an [`Actor`](crate::actor::Actor) implementation, which tells the
/// hive what to read, what to announce and how to fill the fields, and registers it for
/// [`discover`](crate::hive::HiveBuilder::discover). Nothing in it decides anything; it can be
/// written by hand, see [`ActorDescriptor`](crate::actor::ActorDescriptor).
///
/// # On a function
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[derive(Serialize, Deserialize, EventBody)]
/// struct OrderAccepted {
///     order: String,
///     total: u64,
/// }
///
/// #[derive(Serialize, Deserialize, EventBody)]
/// struct PaymentAuthorised {
///     order: String,
/// }
///
/// #[actor("OrderAccepted-Payment", parallelism = 8, emits(PaymentAuthorised))]
/// async fn authorise_payment(order: OrderAccepted, ledger: &Counter) -> Result<Event, ActorError> {
///     let charge = Change::add(order.total as i64).once(OperationId::new(&order.order));
///     ledger.change("charged", &charge).await?;
///     Ok(Event::of(&PaymentAuthorised { order: order.order })?)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // It is still a function …
/// let ledger = Stores::memory().counter()?;
/// let order = OrderAccepted { order: "4711".into(), total: 42 };
/// let follow_up = authorise_payment(order, &ledger).await.map_err(|e| e.to_string())?;
/// assert_eq!(follow_up.event_type(), "PaymentAuthorised");
///
/// // … and its name is the name of the actor, too.
/// let hive = Hive::builder("shop")
///     .queue(MemoryQueue::default())
///     .stores(Stores::memory())
///     .actor::<authorise_payment>()
///     .entry("OrderAccepted")
///     .build()?;
/// assert!(hive.graph().topics().contains("PaymentAuthorised"));
/// # Ok(())
/// # }
/// ```
///
/// - The first argument is the event's typed body ([`EventBody`](crate::event::EventBody)), or the
///   [`Event`](crate::Event) itself.
/// - A further argument called `Event` is the event beside its body; any other is a
///   [`Service`](crate::actor::Service) of the hive. Each is taken as `T`, a clone, or as `&T`.
/// - It returns a `Result`. On success: `Vec<Event>`, `Event`, `Option<Event>`, `[Event; N]` or `()`.
///   On failure: [`ActorError`](crate::actor::ActorError), or any `std::error::Error`, which is
///   tried again.
/// - It is `async`, or a plain `fn` with `blocking`.
///
/// # On a struct
///
/// Every field is a [`Service`](crate::actor::Service) of the hive. What is missing is reported when
/// the hive is built, for all actors together.
///
/// ```
/// use std::sync::Arc;
/// use beehive_core::prelude::*;
///
/// trait PaymentGateway: Send + Sync {
///     fn charge(&self, order: &str) -> Result<(), std::io::Error>;
/// }
///
/// #[actor("OrderAccepted-Payment", emits("PaymentAuthorised"))]
/// struct AuthorisePayment {
///     gateway: Arc<dyn PaymentGateway>,
/// }
///
/// #[async_trait]
/// impl ProcessorActor for AuthorisePayment {
///     async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
///         let order: String = event.body()?;
///         self.gateway.charge(&order)?;
///         Ok(vec![Event::json("PaymentAuthorised", &order)?])
///     }
/// }
///
/// let error = Hive::builder("shop")
///     .queue(MemoryQueue::default())
///     .actor::<AuthorisePayment>()
///     .entry("OrderAccepted")
///     .build()
///     .unwrap_err();
/// assert!(error.to_string().contains("gateway"));
/// ```
///
/// # Arguments
///
/// ```text
/// #[actor("Topic-Subscription" [, option]*)]     a subscription of a topic
/// #[actor("Name-Name" [, option]*)]              a simple queue
/// ```
///
/// | option | meaning | otherwise |
/// |---|---|---|
/// | `name = "authorise"` | what it is called in messages, meters and overrides | the item's name |
/// | `parallelism = 8` | how many events it processes at one time, at least 1 | the hive's [settings](crate::hive::FactorySettings) |
/// | `lease = "30s"` | how long a lease is, and so how soon an event is redelivered after a crash | the hive's settings |
/// | `timeout = "10s"` | how long it may take for one event | the hive's settings |
/// | `retry(immediate = 2, delayed = 9, base = "2s", max = "1h")` | how often a failed event is tried; each part may be left out | the hive's settings; of a part, that of [`RetryPolicy`](crate::recovery::RetryPolicy) |
/// | `emits(PaymentAuthorised, "PaymentFailed")` | the events it may announce: types of bodies, or names of event types | it announces none |
/// | `ordered` | its queue delivers events of one subject in the order of publishing, one at a time | in any order |
/// | `blocking` | it blocks its thread and runs off the async executor; a struct implements [`BlockingActor`](crate::actor::BlockingActor) | it is `async` |
///
/// Durations are written as people write them: `"1500ms"`, `"30s"`, `"1h 30m"`. The words of a
/// queue's name are ASCII letters, digits and `_`, up to 80 characters each.
///
/// # Several queues
///
/// The attribute may be stacked, with options of each:
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[actor("PaymentFailed-CancelOrder")]
/// #[actor("FraudCheckFailed-CancelOrder", parallelism = 2)]
/// async fn cancel_order(event: Event, orders: &KeyList) -> Result<(), ActorError> {
///     orders.add("cancelled", event.subject().unwrap_or("unknown"), "by payment").await?;
///     Ok(())
/// }
///
/// assert_eq!(cancel_order::descriptors().len(), 2);
/// ```
///
/// # What it expands to
///
/// <details><summary>The code beside a struct</summary>
///
/// ```
/// # use beehive_core::prelude::*;
/// # struct Count { stock: Counter }
/// # #[async_trait]
/// # impl ProcessorActor for Count {
/// #     async fn process(&self, _: Event) -> Result<Vec<Event>, ActorError> { Ok(Vec::new()) }
/// # }
/// // #[actor("OrderAccepted-Count", parallelism = 8)]
/// // struct Count { stock: Counter }
/// const _: () = {
///     impl beehive_core::actor::Actor for Count {
///         fn descriptors() -> Vec<beehive_core::actor::ActorDescriptor> {
///             fn build(
///                 resolver: &mut beehive_core::actor::Resolver<'_>,
///             ) -> Option<std::sync::Arc<dyn ProcessorActor>> {
///                 // All are asked for before one is missed, so that all that is missing is known.
///                 let stock = resolver.field::<Counter>("stock");
///                 Some(std::sync::Arc::new(Count { stock: stock? }))
///             }
///             let queue = QueueName::parse("OrderAccepted-Count").unwrap();
///             vec![
///                 beehive_core::actor::ActorDescriptor::new("Count", queue, build)
///                     .with_parallelism(std::num::NonZeroUsize::new(8).unwrap())
///                     .with_location(file!(), line!()),
///             ]
///         }
///     }
///     // and what `discover()` finds: an `ActorRegistration` of `Count`.
/// };
/// # assert_eq!(Count::descriptors().len(), 1);
/// ```
///
/// </details>
///
/// A function becomes, beside itself, a hidden struct of the same name, whose fields are the
/// services among its arguments, and whose `process` decodes the body and calls the function.
///
/// # Errors
///
/// All mistakes of an attribute are reported in one compilation, each where it stands and with what
/// to write instead. Among them: a name that is no subscription or simple queue; an argument that is
/// unknown, stands twice or has a value of another kind; a generic item, a method, an `enum`; a
/// function without arguments or without a `Result`; one queue twice in a stack. The compiler
/// reports, in beehive's words: a body that is no [`EventBody`](crate::event::EventBody), a field
/// that is no [`Service`](crate::actor::Service), a struct that is no
/// [`ProcessorActor`](crate::actor::ProcessorActor), an answer that is no events.
///
/// ```compile_fail
/// use beehive_core::prelude::*;
///
/// // error: "OrderAccepted" is not the name of a queue: it has no `-`
/// // error: unknown `#[actor]` argument `paralelism`
/// #[actor("OrderAccepted", paralelism = 8)]
/// async fn audit(_event: Event) -> Result<(), ActorError> {
///     Ok(())
/// }
/// ```
///
/// What cannot be known while compiling is reported when the hive is built: a missing service, two
/// actors on one queue, a topic that nobody announces.
#[doc(inline)]
pub use beehive_macros::actor;

/// Makes a struct or a function a pulser that announces events to a topic by the clock.
///
/// ```
/// use beehive_core::prelude::*;
///
/// /// Asks for a check of the stock, unless it is full.
/// #[pulser("StockCheckDue", every = "5m", jitter = 0.1)]
/// async fn check_stock(stock: &Counter) -> Result<Option<Event>, ActorError> {
///     if stock.value("bees").await? > 100 {
///         return Ok(None);
///     }
///     Ok(Some(Event::json("StockCheckDue", &())?))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let stock = Stores::memory().counter()?;
/// let event = check_stock(&stock).await.map_err(|error| error.to_string())?;
/// assert_eq!(event.unwrap().event_type(), "StockCheckDue");
/// assert_eq!(check_stock::descriptors()[0].topic(), "StockCheckDue");
/// # Ok(())
/// # }
/// ```
///
/// The arguments of a function, and the fields of a struct, are [`Service`](crate::actor::Service)s
/// of the hive, as with [`actor`](macro@crate::actor); there is no event to take. A function is
/// `async` or not, and answers with `Vec<Event>`, `Event`, `Option<Event>`, `[Event; N]` or `()`, or
/// with a `Result` of one of these. A struct implements [`Pulse`](crate::schedule::Pulse):
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[pulser("AuditDue", every = "1m", growth = doubly_increasing(max = "1day"))]
/// struct Audit {
///     orders: Counter,
/// }
///
/// #[async_trait]
/// impl Pulse for Audit {
///     async fn pulse(&self) -> Result<Vec<Event>, ActorError> {
///         let open = self.orders.value("open").await?;
///         Ok(if open == 0 { Vec::new() } else { vec![Event::json("AuditDue", &open)?] })
///     }
/// }
///
/// assert_eq!(Audit::descriptors().len(), 1);
/// ```
///
/// # Arguments
///
/// ```text
/// #[pulser("Topic", every = "5m" [, option]*)]
/// ```
///
/// | option | meaning | otherwise |
/// |---|---|---|
/// | `every = "5m"` | the time from one pulse to the next; needed | |
/// | `name = "stock-check"` | what it is called in messages, and the source of its events | the item's name |
/// | `growth = fixed` | the interval stays as it is | so it is |
/// | `growth = increasing(step = "1m", max = "1h")` | longer by `step` with every pulse that had nothing to announce, up to `max` | |
/// | `growth = doubly_increasing(max = "1h")` | twice as long with every such pulse, up to `max` | |
/// | `jitter = 0.1` | each wait is shorter at random, by up to this share of it | 0 |
///
/// A pulse that announces something starts a growing interval over. The attribute may be stacked;
/// two on one topic need a `name` each.
///
/// # What it expands to
///
/// An implementation of [`Pulser`](crate::schedule::Pulser) whose descriptors are
/// [`PulserDescriptor`](crate::schedule::PulserDescriptor)s, as they can be written by hand; for a
/// function also a hidden struct of its name that implements [`Pulse`](crate::schedule::Pulse) by
/// calling it; and what [`discover`](crate::hive::HiveBuilder::discover) finds.
///
/// # Errors
///
/// As with [`actor`](macro@crate::actor), all at once and with the remedy.
///
/// ```compile_fail
/// use beehive_core::prelude::*;
///
/// // error: "Tick-Audit" is not the name of a topic
/// // error: `#[pulser]` needs the time from one pulse to the next; write `every = "5m"`
/// #[pulser("Tick-Audit")]
/// fn tick() {}
/// ```
#[doc(inline)]
pub use beehive_macros::pulser;

/// Implements [`EventBody`](trait@crate::event::EventBody), which names the type of the events that
/// carry this body, and perhaps what they are about.
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[derive(Serialize, Deserialize, EventBody)]
/// struct OrderAccepted {
///     order: String,
/// }
///
/// #[derive(Serialize, Deserialize, EventBody)]
/// #[event(type = "PaymentSettled", subject = order)]
/// enum Settled {
///     Authorised { order: String, amount: u64 },
///     Failed { order: String },
/// }
///
/// assert_eq!(OrderAccepted::TYPE, "OrderAccepted");
/// assert_eq!(Settled::TYPE, "PaymentSettled");
/// let event = Event::of(&Settled::Failed { order: "4711".into() })?;
/// assert_eq!((event.event_type(), event.subject()), ("PaymentSettled", Some("4711")));
/// # Ok::<(), beehive_core::Error>(())
/// ```
///
/// # Arguments
///
/// | `#[event(…)]` | meaning | otherwise |
/// |---|---|---|
/// | `type = "PaymentSettled"` | the type of the events, and so the topic they go to: ASCII letters, digits and `_` | the name of the struct or enum |
/// | `subject = order` | the field whose text is the subject: a name, or `0` in a tuple struct; of an enum, in every variant | no subject |
///
/// # What it expands to
///
/// ```
/// # use beehive_core::prelude::*;
/// # #[derive(Serialize, Deserialize)]
/// # struct OrderAccepted { order: String }
/// // #[event(subject = order)]
/// impl beehive_core::event::EventBody for OrderAccepted {
///     const TYPE: &'static str = "OrderAccepted";
///     fn subject(&self) -> Option<String> {
///         Some(self.order.to_string())
///     }
/// }
/// # assert_eq!(OrderAccepted::TYPE, "OrderAccepted");
/// ```
///
/// # Errors
///
/// A generic type, a `union`, a name that cannot be that of a topic, a subject that is no field of
/// every variant or has no text (`Display`), and a type without `Serialize` and `Deserialize` do not
/// compile.
///
/// ```compile_fail
/// use beehive_core::prelude::*;
///
/// // error: `OrderAccepted` has no field `oder` to be its subject; expected one of: order
/// #[derive(Serialize, Deserialize, EventBody)]
/// #[event(subject = oder)]
/// struct OrderAccepted {
///     order: String,
/// }
/// ```
#[doc(inline)]
pub use beehive_macros::EventBody;
