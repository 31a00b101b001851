//! The real actors over stores in memory, and in place of queue and hive an adversary.
//!
//! It delivers events in any order, runs any number of actors at once and lets them advance store
//! operation by store operation. It drops runs before or after any operation (a crash is a future
//! that is dropped), takes leases away from runs that go on regardless (zombies), publishes only the
//! first of several follow-ups, and delivers events twice. All of it follows from a seed.

mod adversary;
mod cast;
mod interruptible;
mod sabotage;
mod scenario;

pub(crate) use self::{
    adversary::Chaos,
    sabotage::{Careless, Forgetful},
    scenario::Scenario,
};

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use beehive_core::{
    actor::Services,
    prelude::{Event, Stores},
};
use prismo_ecommerce::{
    audit::{OrderFacts, audit},
    events::OrderAccepted,
    inspection::{Inspector, Settlement},
    outside::{Ledger, OutsideSystems},
    state::{Orders, Stock, StoreLedger},
};

use self::{adversary::Adversary, scenario::Supply};

/// How one simulation went.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What is wrong in the end.
    pub(crate) violations: Vec<String>,
    /// What the adversary did.
    pub(crate) chaos: Chaos,
    /// How many items had to wait.
    pub(crate) parked_items: usize,
    /// What happened, step by step.
    pub(crate) trace: Vec<String>,
}

/// Plays a scenario to its end over these stores, which are empty.
pub(crate) async fn play(scenario: &Scenario, stores: Stores) -> Outcome {
    let observed = stores.clone();
    let stores = interruptible::stores(&stores);
    let ledger: Arc<dyn Ledger> = Arc::new(StoreLedger::of(&stores).unwrap());
    let mut outside = OutsideSystems::simulated(&ledger, Duration::ZERO);
    if let Supply::ToTheUnit = scenario.supply {
        outside.supplier = Arc::new(cast::ExactSupplier::new(ledger));
    }
    let services = Services::default()
        .with_stores(stores)
        .with(outside.gateway)
        .with(outside.fraud_checker)
        .with(outside.supplier)
        .with(outside.carrier)
        .with(outside.mailer);
    let mut adversary = Adversary::new(scenario.random(), cast::actors(&services));

    let (orders, shelf) = (Orders::of(&observed), Stock::of(&observed));
    for (product, units) in &scenario.shelf {
        shelf
            .as_ref()
            .unwrap()
            .open(*product, *units)
            .await
            .unwrap();
    }
    for order in &scenario.orders {
        orders.as_ref().unwrap().place(order.clone()).await.unwrap();
        let accepted = OrderAccepted { order: order.id };
        adversary.publish(&Event::of(&accepted).unwrap());
    }
    adversary.play().await;
    conclude(scenario, &observed, adversary).await
}

async fn conclude(scenario: &Scenario, stores: &Stores, adversary: Adversary) -> Outcome {
    let inspector = Inspector::of(stores).unwrap();
    let orders = Orders::of(stores).unwrap();
    let facts = inspector.facts().await.unwrap();
    let (mut stock, is_at_rest) = inspector.stock(scenario.catalogue()).await.unwrap();
    for (figures, (_, units)) in stock.iter_mut().zip(&scenario.shelf) {
        figures.initial = i64::from(*units);
    }
    let mut violations = audit(&scenario.orders, &facts, &stock);
    if !is_at_rest {
        violations.push("goods are on their way for ever".to_owned());
    }
    let placed: BTreeSet<_> = scenario.orders.iter().map(|order| order.id).collect();
    for order in placed {
        let record = orders.get(order).await.unwrap();
        if inspector.settlement(&record).await.unwrap() == Settlement::Open {
            violations.push(format!("order {order} is not over"));
        }
    }
    let (chaos, trace, failure) = adversary.into_findings();
    violations.extend(failure);
    let parked = |facts: &OrderFacts| facts.parked_items;
    Outcome {
        violations,
        chaos,
        parked_items: facts.values().map(parked).sum(),
        trace,
    }
}
