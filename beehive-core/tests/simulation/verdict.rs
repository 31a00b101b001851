//! What must hold after a run, whatever went wrong in it.

use std::collections::BTreeSet;

use beehive_core::Timestamp;
use beehive_core::page::PageRequest;
use beehive_core::queue::{DeadLetterReason, DeadLetterRecord, DeadLetters as _};
use futures_util::FutureExt as _;

use crate::workflow::{LEDGER, Ledger};
use crate::world::{Aftermath, STOCK};

/// Whether effects that only the inbox protects must have happened once as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    /// Operation ids and preconditions; what has none may happen again.
    Operations,
    /// The inbox too. Holds where no process dies and no lease is lost between the effect and the
    /// record of it.
    Inbox,
}

/// Everything that is wrong; empty if all is well.
pub(crate) fn violations(after: &Aftermath, protection: Protection) -> Vec<String> {
    // The stores in memory answer at once.
    found(after, protection).now_or_never().unwrap()
}

async fn found(after: &Aftermath, protection: Protection) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expect = |what: String, is: i64, should: i64| {
        if is != should {
            wrong.push(format!("{what} is {is}, not {should}"));
        }
    };
    let counter = after.stores.counter().unwrap();
    let documents = after.stores.key_value().unwrap();
    let mut stock = STOCK;
    let mut shipped = BTreeSet::new();
    let mut given_up = BTreeSet::new();
    for placed in after.scenario.placed() {
        let order = &placed.order;
        let done = i64::from(!placed.poison);
        if placed.poison {
            given_up.insert(order.clone());
        } else {
            stock -= i64::from(placed.items);
            shipped.insert(order.clone());
        }
        for (effect, should) in [("audited", 1), ("shipped", done)] {
            let key = format!("{effect}/{order}");
            let is = counter.value(&key).await.unwrap();
            expect(key, is, should);
        }
        let key = format!("mailed/{order}");
        let is = counter.value(&key).await.unwrap();
        match protection {
            Protection::Inbox => expect(key, is, done),
            Protection::Operations => expect(key, is.min(1), done),
        }
        let key = format!("invoices/{order}");
        let is = documents.info(&key).await.unwrap().is_some();
        expect(key, is.into(), done);
    }
    expect("stock".into(), counter.value("stock").await.unwrap(), stock);
    let ledgers = after.stores.collection::<Ledger>().unwrap();
    let ledger = ledgers.get(LEDGER).await.unwrap();
    let entered = ledger
        .map(|ledger| ledger.entity.orders)
        .unwrap_or_default();
    if entered != shipped {
        wrong.push(format!("the ledger holds {entered:?}, not {shipped:?}"));
    }
    wrong.extend(rest(after, &given_up).await);
    wrong
}

/// What is left in queues, and what was given up.
async fn rest(after: &Aftermath, given_up: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    if !after.idle {
        wrong.push(format!("not idle after {:?}", after.elapsed));
    }
    let mut letters = BTreeSet::new();
    for name in after.journal.declared() {
        if !name.is_readable() {
            continue;
        }
        let census = after.broker.census_of(&name).unwrap();
        if !census.is_idle() {
            wrong.push(format!("{name} is not empty: {census:?}"));
        }
        for letter in after
            .broker
            .list(&name, &PageRequest::default())
            .await
            .unwrap()
            .items
        {
            let id = letter.event.id().to_string();
            let planned = name.as_str() == "OrderPlaced-Scatter" && given_up.contains(&id);
            if !planned {
                wrong.push(format!("{name}: {id} was given up: {:?}", letter.record));
            }
            letters.insert(id);
        }
    }
    if !given_up.is_subset(&letters) {
        wrong.push(format!("dead letters are {letters:?}, not {given_up:?}"));
    }
    wrong
}

/// The record of a dead letter that a test plants.
pub(crate) fn planted() -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec!["planted".into()],
        attempts: 1,
        actor: "nobody".into(),
        host: "nowhere".into(),
        first_failure: Timestamp::UNIX_EPOCH,
        last_failure: Timestamp::UNIX_EPOCH,
    }
}
