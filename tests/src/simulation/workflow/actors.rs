//! The business steps that both versions share.

use std::time::Duration;

use beehive_core::prelude::*;
use beehive_core::testing::Faults;

use super::events::{Doom, ItemRequested, ItemReserved, OrderCompleted, OrderShipped};
use super::ledger::Ledger;

/// More units than any run can take.
pub(in super::super) const STOCK: i64 = 1_000;

/// One request for each item; what scattering comes to in both versions.
pub(super) async fn requests(
    order: &str,
    items: u32,
    doom: Option<Doom>,
    process: &Faults,
) -> Result<Vec<Event>, ActorError> {
    match doom {
        Some(Doom::Terminal) => return Err(ActorError::terminal("poison")),
        Some(Doom::Hopeless) => return Err(ActorError::retry("it never works")),
        Some(Doom::Deadly) => {
            process.crash();
            return std::future::pending().await;
        }
        None => {}
    }
    let request = |item| {
        let order = order.to_owned();
        Event::of(&ItemRequested { order, item, items })
    };
    Ok((0..items).map(request).collect::<Result<_, _>>()?)
}

/// Takes one from the stock, once; every other item has to come from afar.
#[actor("ItemRequested-Reserve", emits(ItemReserved))]
pub(super) async fn reserve(
    requested: ItemRequested,
    counter: Counter,
) -> Result<Event, ActorError> {
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
pub(super) async fn gather(
    reserved: ItemReserved,
    flags: KeyList,
) -> Result<Option<Event>, ActorError> {
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
pub(super) async fn ship(
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
pub(super) async fn enter(
    shipped: OrderShipped,
    ledgers: Collection<Ledger>,
) -> Result<(), ActorError> {
    ledgers
        .upsert(Ledger::ID, Ledger::empty, |ledger| {
            ledger.orders.insert(shipped.order.clone());
        })
        .await?;
    Ok(())
}

/// An effect without an operation id: only the inbox keeps it from happening twice.
#[actor("OrderShipped-Mail")]
pub(super) async fn mail(shipped: OrderShipped, counter: Counter) -> Result<(), ActorError> {
    counter.add(&format!("mailed/{}", shipped.order), 1).await?;
    Ok(())
}

/// Counts one, however often it is done.
pub(super) async fn once(counter: &Counter, what: &str, order: &str) -> Result<(), ActorError> {
    let key = format!("{what}/{order}");
    let change = Change::add(1).once(OperationId::new(&key));
    counter.change(&key, &change).await?;
    Ok(())
}
