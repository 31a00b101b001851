//! Steps that move goods.

use std::time::Duration;

use beehive_core::event::DeliverAt;

use super::{super::*, WANTED, stage::Stage};
use crate::{
    domain::{CancelReason, Order, Shortage},
    events::{
        Delivery, ItemParked, ItemReserved, OrderCancelled, OrderInventoryCheckCompleted,
        PaymentAuthorised, ProductArrivedBackInStock, ProductOutOfStock,
    },
    outside::{LedgerExt as _, Supply},
};

fn arrival(order: &Order, round: u32, quantity: u32) -> ProductArrivedBackInStock {
    let product = order.lines[0].product;
    let shortage = Shortage {
        round,
        ..Shortage::first(order.id, product)
    };
    ProductArrivedBackInStock {
        product,
        delivery: Some(Delivery { shortage, quantity }),
    }
}

#[tokio::test]
async fn inventory_takes_once_what_is_there() {
    let stage = Stage::new();
    let order = stage.place(5, WANTED).await;
    for _ in 0..2 {
        let paid = PaymentAuthorised { order: order.id };
        let answer = stage.run::<ReserveItems>(&paid).await.unwrap();
        let reserved: ItemReserved = answer.only();
        assert_eq!(reserved.product, order.lines[0].product);
        assert_eq!(stage.on_shelf().await, 3);
    }
}

#[tokio::test]
async fn inventory_parks_what_is_short_and_moves_nothing() {
    let stage = Stage::new();
    let order = stage.place(1, WANTED).await;
    for _ in 0..2 {
        let paid = PaymentAuthorised { order: order.id };
        let answer = stage.run::<ReserveItems>(&paid).await.unwrap();
        assert_eq!(answer.types(), [ItemParked::TYPE, ProductOutOfStock::TYPE]);
        assert_eq!(
            (stage.on_shelf().await, stage.parked().await),
            (1, vec![order.id])
        );
    }
    let record = stage.orders.get(order.id).await.unwrap();
    assert_eq!(record.backordered.len(), 1);
}

#[tokio::test]
async fn inventory_that_comes_after_the_cancellation_takes_nothing() {
    let stage = Stage::new();
    let order = stage.place(5, WANTED).await.id;
    stage
        .orders
        .cancel(order, CancelReason::Fraud)
        .await
        .unwrap();
    let answer = stage
        .run::<ReserveItems>(&PaymentAuthorised { order })
        .await;
    assert_eq!(answer.unwrap().types(), [""; 0]);
    assert_eq!(stage.on_shelf().await, 5);
}

#[tokio::test]
async fn goods_are_bought_once_per_shortage_and_announced_for_when_they_arrive() {
    let stage = Stage::new();
    let order = stage.place(0, WANTED).await;
    let shortage = Shortage::first(order.id, order.lines[0].product);
    let quantity = WANTED;
    for _ in 0..2 {
        let short = ProductOutOfStock { shortage, quantity };
        let answer = stage.run::<replenish_stock>(&short).await.unwrap();
        let when = DeliverAt::After(Duration::from_secs(3));
        assert_eq!(answer.events[0].delivers(), when);
        let arrival: ProductArrivedBackInStock = answer.only();
        assert_eq!(arrival.delivery.unwrap().shortage, shortage);
    }
    assert_eq!(stage.ledger.entries::<Supply>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_delivery_serves_who_waits_and_arrives_once() {
    let stage = Stage::new();
    let order = stage.place(0, WANTED).await;
    stage.park(order.id).await;
    for _ in 0..2 {
        let answer = stage.run::<WakeParkedOrders>(&arrival(&order, 0, 6)).await;
        let reserved: ItemReserved = answer.unwrap().only();
        assert_eq!(reserved.order, order.id);
        assert_eq!(stage.on_shelf().await, 4);
    }
    assert_eq!(stage.parked().await, [order.id], "until it is gathered");
}

#[tokio::test]
async fn a_delivery_speaks_for_what_it_was_bought_for_even_if_others_took_it() {
    let stage = Stage::new();
    let order = stage.place(4, WANTED).await;
    stage.park(order.id).await;
    stage.take(&order).await;
    // A delivery for nobody in particular leaves it to whoever took the item, …
    let nobodys = ProductArrivedBackInStock {
        product: order.lines[0].product,
        delivery: None,
    };
    let answer = stage.run::<WakeParkedOrders>(&nobodys).await.unwrap();
    assert_eq!(answer.types(), [""; 0]);
    // … who may have died before saying so.
    let answer = stage.run::<WakeParkedOrders>(&arrival(&order, 0, 6)).await;
    let reserved: ItemReserved = answer.unwrap().only();
    assert_eq!(reserved.order, order.id);
}

#[tokio::test]
async fn who_waits_longer_comes_first_and_who_gets_nothing_asks_for_more() {
    let stage = Stage::new();
    let (first, second) = (stage.place(0, WANTED).await, stage.place(0, WANTED).await);
    stage.park(second.id).await;
    stage.park(first.id).await;
    let answer = stage.run::<WakeParkedOrders>(&arrival(&second, 0, 3)).await;
    let answer = answer.unwrap();
    assert_eq!(
        answer.types(),
        [ItemReserved::TYPE, ProductOutOfStock::TYPE]
    );
    let reserved: ItemReserved = answer.events[0].body().unwrap();
    assert_eq!(reserved.order, first.id);
    let short: ProductOutOfStock = answer.events[1].body().unwrap();
    assert_eq!((short.shortage.order, short.shortage.round), (second.id, 1));
}

#[tokio::test]
async fn who_has_ended_waits_no_more() {
    let stage = Stage::new();
    let order = stage.place(0, WANTED).await;
    stage.park(order.id).await;
    stage
        .orders
        .cancel(order.id, CancelReason::Fraud)
        .await
        .unwrap();
    let answer = stage.run::<WakeParkedOrders>(&arrival(&order, 0, 6)).await;
    assert_eq!(answer.unwrap().types(), [""; 0]);
    assert_eq!((stage.on_shelf().await, stage.parked().await), (6, vec![]));
}

#[tokio::test]
async fn the_last_item_completes_the_order_and_says_so_again_when_asked_again() {
    let stage = Stage::new();
    let order = stage.place(5, WANTED).await;
    stage.park(order.id).await;
    let product = order.lines[0].product;
    for _ in 0..2 {
        let reserved = ItemReserved {
            order: order.id,
            product,
        };
        let answer = stage.run::<GatherItems>(&reserved).await.unwrap();
        assert_eq!(answer.types(), [OrderInventoryCheckCompleted::TYPE]);
        assert_eq!(stage.parked().await, []);
    }
}

#[tokio::test]
async fn goods_are_put_back_once_and_a_late_taker_takes_nothing() {
    for took_before in [true, false] {
        let stage = Stage::new();
        let order = stage.place(1, WANTED).await;
        let order = if took_before {
            stage.receive(&order, 4).await;
            stage.take(&order).await;
            order
        } else {
            stage.park(order.id).await;
            order
        };
        let before = stage.on_shelf().await + if took_before { 2 } else { 0 };
        let reason = CancelReason::Fraud;
        let cancelled = OrderCancelled {
            order: order.id,
            reason,
        };
        for _ in 0..2 {
            let answer = stage.run::<ReleaseStock>(&cancelled).await.unwrap();
            let arrived: ProductArrivedBackInStock = answer.only();
            assert_eq!(arrived.delivery, None);
            assert_eq!(
                (stage.on_shelf().await, stage.parked().await),
                (before, vec![])
            );
        }
        stage.take(&order).await;
        assert_eq!(stage.on_shelf().await, before, "took before: {took_before}");
        assert!(stage.orders.get(order.id).await.unwrap().released);
    }
}

#[tokio::test]
async fn nothing_is_put_back_for_an_order_that_was_never_paid() {
    let stage = Stage::new();
    let order = stage.place(3, WANTED).await.id;
    let reason = CancelReason::PaymentFailed;
    let answer = stage
        .run::<ReleaseStock>(&OrderCancelled { order, reason })
        .await;
    assert_eq!(answer.unwrap().types(), [""; 0]);
    assert_eq!(stage.on_shelf().await, 3);
}
