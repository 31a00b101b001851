//! The workflow that is simulated: scatter, gather, a delay, counters, documents, an entity that
//! all orders change, and an effect that only the inbox protects.

#![expect(
    clippy::unused_async,
    reason = "an actor is async, whether or not it waits for anything"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use beehive_core::prelude::*;

#[derive(Serialize, Deserialize, EventBody)]
pub(crate) struct OrderPlaced {
    pub(crate) order: String,
    pub(crate) items: u32,
    /// The order that no attempt can process.
    pub(crate) poison: bool,
}

#[derive(Serialize, Deserialize, EventBody)]
struct ItemRequested {
    order: String,
    item: u32,
    items: u32,
}

#[derive(Serialize, Deserialize, EventBody)]
struct ItemReserved {
    order: String,
    item: u32,
    items: u32,
}

#[derive(Serialize, Deserialize, EventBody)]
struct OrderCompleted {
    order: String,
}

#[derive(Serialize, Deserialize, EventBody)]
struct OrderShipped {
    order: String,
}

/// What all orders change.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ledger {
    id: String,
    pub(crate) orders: BTreeSet<String>,
}

impl Entity for Ledger {
    const COLLECTION: &'static str = "ledgers";

    fn id(&self) -> &str {
        &self.id
    }
}

/// The ledger's id.
pub(crate) const LEDGER: &str = "all";

/// All actors of the workflow.
pub(crate) fn hive() -> beehive_core::hive::HiveBuilder {
    Hive::builder("simulation")
        .actor::<scatter>()
        .actor::<audit>()
        .actor::<reserve>()
        .actor::<gather>()
        .actor::<ship>()
        .actor::<enter>()
        .actor::<mail>()
        .entry("OrderPlaced")
        .strict()
}

#[actor("OrderPlaced-Scatter", emits(ItemRequested))]
async fn scatter(placed: OrderPlaced) -> Result<Vec<Event>, ActorError> {
    if placed.poison {
        return Err(ActorError::terminal("poison"));
    }
    let request = |item| {
        let (order, items) = (placed.order.clone(), placed.items);
        Event::of(&ItemRequested { order, item, items })
    };
    Ok((0..placed.items).map(request).collect::<Result<_, _>>()?)
}

/// A second reader of the same topic.
#[actor("OrderPlaced-Audit")]
async fn audit(placed: OrderPlaced, counter: Counter) -> Result<(), ActorError> {
    once(&counter, "audited", &placed.order).await
}

/// Takes one from the stock, once; every other item has to come from afar.
#[actor("ItemRequested-Reserve", emits(ItemReserved))]
async fn reserve(requested: ItemRequested, counter: Counter) -> Result<Event, ActorError> {
    let ItemRequested { order, item, items } = requested;
    let operation = OperationId::new(format!("reserve/{order}/{item}"));
    let taken = counter
        .change("stock", &Change::add(-1).with_floor(0).once(operation))
        .await?;
    if !taken.is_applied() {
        return Err(ActorError::terminal("the stock was oversold"));
    }
    let reserved = Event::of(&ItemReserved { order, item, items })?;
    Ok(match item % 2 {
        0 => reserved,
        _ => reserved.deliver_after(Duration::from_secs(30)),
    })
}

/// The last item completes the order. Several may find that all are there, so the id of what they
/// announce is the order's.
#[actor("ItemReserved-Gather", emits(OrderCompleted))]
async fn gather(reserved: ItemReserved, flags: KeyList) -> Result<Option<Event>, ActorError> {
    let ItemReserved { order, item, items } = reserved;
    flags.add("reserved", &order, &item.to_string()).await?;
    let all = flags.all("reserved", &order, 100).await?;
    if all.len() < items as usize {
        return Ok(None);
    }
    let id = EventId::parse(&format!("completed/{order}"))?;
    Ok(Some(Event::of(&OrderCompleted { order })?.with_id(id)))
}

/// Writes a document that must be new, counts once, and fails a few times of itself.
#[actor("OrderCompleted-Ship", emits(OrderShipped))]
async fn ship(
    completed: OrderCompleted,
    documents: KeyValue,
    counter: Counter,
) -> Result<Event, ActorError> {
    let order = completed.order;
    if order.ends_with('0') && counter.add(&format!("asked/{order}"), 1).await? <= 4 {
        return Err(ActorError::retry("the carrier is out for lunch"));
    }
    let key = format!("invoices/{order}");
    match documents
        .put(&key, order.clone(), PutOptions::insert())
        .await
    {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    once(&counter, "shipped", &order).await?;
    Ok(Event::of(&OrderShipped { order })?)
}

/// Writes into the entity that all orders race for.
#[actor("OrderShipped-Ledger")]
async fn enter(shipped: OrderShipped, ledgers: Collection<Ledger>) -> Result<(), ActorError> {
    let new = || Ledger {
        id: LEDGER.into(),
        orders: BTreeSet::new(),
    };
    ledgers
        .upsert(LEDGER, new, |ledger| {
            ledger.orders.insert(shipped.order.clone());
        })
        .await?;
    Ok(())
}

/// An effect without an operation id: only the inbox keeps it from happening twice.
#[actor("OrderShipped-Mail")]
async fn mail(shipped: OrderShipped, counter: Counter) -> Result<(), ActorError> {
    counter.add(&format!("mailed/{}", shipped.order), 1).await?;
    Ok(())
}

async fn once(counter: &Counter, what: &str, order: &str) -> Result<(), ActorError> {
    let key = format!("{what}/{order}");
    let change = Change::add(1).once(OperationId::new(&key));
    counter.change(&key, &change).await?;
    Ok(())
}
