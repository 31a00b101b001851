//! A stage for one actor: stores in memory, one product, and orders that want it.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use beehive_core::{
    actor::{Actor, Resolver, Services},
    prelude::*,
};

use crate::{
    domain::{Order, OrderId, ProductId, Seed, Shortage, Status, generate::Generator},
    outside::{Ledger, OutsideSystems},
    state::{Invoices, Orders, Parking, Stock, StoreLedger},
    verdict,
};

const PRODUCT: ProductId = ProductId::new(1);

pub(super) struct Stage {
    pub(super) orders: Orders,
    pub(super) invoices: Invoices,
    pub(super) ledger: Arc<dyn Ledger>,
    stock: Stock,
    parking: Parking,
    services: Services,
    generator: Generator,
    placed: AtomicU32,
}

impl Stage {
    pub(super) fn new() -> Self {
        let stores = Stores::memory();
        let ledger: Arc<dyn Ledger> = Arc::new(StoreLedger::of(&stores).unwrap());
        let outside = OutsideSystems::simulated(&ledger, Duration::from_secs(3));
        Self {
            orders: Orders::of(&stores).unwrap(),
            invoices: Invoices::of(&stores).unwrap(),
            stock: Stock::of(&stores).unwrap(),
            parking: Parking::of(&stores).unwrap(),
            services: Services::default()
                .with_stores(stores)
                .with(outside.gateway)
                .with(outside.fraud_checker)
                .with(outside.supplier)
                .with(outside.carrier)
                .with(outside.mailer),
            ledger,
            generator: Generator::new(Seed::new(1), NonZeroU32::MIN),
            placed: AtomicU32::new(0),
        }
    }

    /// Puts so many units on the shelf, the first time, and places an order that will end shipped
    /// and wants so many of them.
    pub(super) async fn place(&self, on_shelf: u32, wanted: u32) -> Order {
        self.stock.open(PRODUCT, on_shelf).await.unwrap();
        let mut order = self.next_that_ends(Status::Shipped);
        order.lines[0].quantity = wanted;
        self.orders.place(order.clone()).await.unwrap();
        order
    }

    pub(super) async fn place_that_ends(&self, status: Status) -> Order {
        let order = self.next_that_ends(status);
        self.orders.place(order.clone()).await.unwrap();
        order
    }

    fn next_that_ends(&self, status: Status) -> Order {
        loop {
            let place = self.placed.fetch_add(1, Ordering::Relaxed) + 1;
            let order = self.generator.order(place);
            if verdict::outcome(order.id) == status {
                return order;
            }
        }
    }

    /// Has the actor process an event, as it reads it.
    pub(super) async fn run<A: Actor>(
        &self,
        body: &(impl EventBody + Sync),
    ) -> Result<Answer, ActorError> {
        let event = Event::of(body).unwrap();
        let descriptors = A::descriptors();
        let reads = |queue: &QueueName| queue.topic() == event.event_type();
        let descriptor = descriptors.iter().find(|found| reads(found.queue()));
        let mut resolver = Resolver::new(&self.services);
        let actor = descriptor.unwrap().build(&mut resolver).unwrap();
        let events = actor.process(event).await?;
        let declared: Vec<_> = descriptor.unwrap().emits().collect();
        for event in &events {
            assert!(declared.contains(&event.event_type()), "{event:?}");
        }
        Ok(Answer { events })
    }

    pub(super) async fn status(&self, order: OrderId) -> Status {
        self.orders.get(order).await.unwrap().status
    }

    pub(super) async fn on_shelf(&self) -> i64 {
        self.stock.on_shelf(PRODUCT).await.unwrap()
    }

    /// As an inventory run does, from wherever it comes so late.
    pub(super) async fn take(&self, order: &Order) {
        let quantity = order.lines[0].quantity;
        self.stock.take(order.id, PRODUCT, quantity).await.unwrap();
    }

    pub(super) async fn receive(&self, order: &Order, units: u32) {
        let shortage = Shortage::first(order.id, PRODUCT);
        self.stock.receive(shortage, units).await.unwrap();
    }

    pub(super) async fn park(&self, order: OrderId) {
        self.parking.enter(PRODUCT, order).await.unwrap();
    }

    pub(super) async fn parked(&self) -> Vec<OrderId> {
        let page = PageRequest::default();
        self.parking.waiting(PRODUCT, &page).await.unwrap().items
    }
}

/// What an actor announced.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) events: Vec<Event>,
}

impl Answer {
    pub(super) fn types(&self) -> Vec<&str> {
        self.events.iter().map(Event::event_type).collect()
    }

    /// The body of the only event there is.
    #[track_caller]
    pub(super) fn only<T: EventBody>(&self) -> T {
        assert_eq!(self.types(), [T::TYPE]);
        self.events[0].body().unwrap()
    }
}
