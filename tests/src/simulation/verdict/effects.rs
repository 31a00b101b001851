//! Each effect happened as often as it should.

use std::collections::BTreeSet;

use beehive_core::Result;

use super::super::protection::Protection;
use super::super::run::Aftermath;
use super::super::workflow::{Ledger, STOCK};

/// What did not happen, and what happened too often.
pub(super) async fn violations(after: &Aftermath, protection: Protection) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut expect = |what: String, is: i64, should: i64| {
        if is != should {
            wrong.push(format!("{what} is {is}, not {should}"));
        }
    };
    let counter = after.stores.counter()?;
    let documents = after.stores.key_value()?;
    let mut stock = STOCK;
    let mut shipped = BTreeSet::new();
    for placed in after.scenario.placed() {
        let order = &placed.order;
        let done = i64::from(placed.kind.is_shipped());
        if placed.kind.is_shipped() {
            stock -= i64::from(placed.items);
            shipped.insert(order.clone());
        }
        let read = i64::from(placed.kind.is_readable());
        for (effect, should) in [("audited", read), ("shipped", done), ("rated", done)] {
            let key = format!("{effect}/{order}");
            let is = counter.value(&key).await?;
            expect(key, is, should);
        }
        let key = format!("mailed/{order}");
        let is = counter.value(&key).await?;
        match protection {
            Protection::Inbox => expect(key, is, done),
            Protection::Operations => expect(key, is.min(1), done),
        }
        let key = format!("invoices/{order}");
        let is = documents.info(&key).await?.is_some();
        expect(key, is.into(), done);
    }
    expect("stock".into(), counter.value("stock").await?, stock);
    let ledgers = after.stores.collection::<Ledger>()?;
    let entered = ledgers.get(Ledger::ID).await?;
    let entered = entered
        .map(|ledger| ledger.entity.orders)
        .unwrap_or_default();
    if entered != shipped {
        wrong.push(format!("the ledger holds {entered:?}, not {shipped:?}"));
    }
    Ok(wrong)
}
