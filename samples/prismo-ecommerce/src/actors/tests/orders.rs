//! Steps that move an order on, or money.

use beehive_core::actor::FailureClass;

use super::{super::*, WANTED, stage::Stage};
use crate::{
    domain::{CancelReason, Money, Status},
    events::{
        FraudCheckFailed, FraudCheckPassed, OrderAccepted, OrderCancelled,
        OrderInventoryCheckCompleted, OrderShipped, PaymentAuthorised, PaymentFailed,
        PaymentRefunded,
    },
    outside::{Charge, Email, LedgerExt as _, Refund, Shipment},
};

#[tokio::test]
async fn payment_charges_once_what_the_order_costs() {
    let stage = Stage::new();
    let order = stage.place(1, WANTED).await;
    let accepted = OrderAccepted { order: order.id };
    for _ in 0..2 {
        let answer = stage.run::<AuthorisePayment>(&accepted).await.unwrap();
        let answer: PaymentAuthorised = answer.only();
        assert_eq!(answer.order, order.id);
    }
    let charges = stage.ledger.entries::<Charge>().await.unwrap();
    let amount = order.total;
    assert_eq!(
        charges,
        [Charge {
            order: order.id,
            amount
        }]
    );
}

#[tokio::test]
async fn a_declined_payment_is_announced_as_such() {
    let stage = Stage::new();
    let declined = Status::Cancelled(CancelReason::PaymentFailed);
    let place = stage.place_that_ends(declined).await;
    let accepted = OrderAccepted { order: place.id };
    let answer = stage.run::<AuthorisePayment>(&accepted).await.unwrap();
    let PaymentFailed { order } = answer.only();
    assert_eq!(order, place.id);
}

#[tokio::test]
async fn a_cancelled_order_is_cancelled_again_for_the_same_reason() {
    let stage = Stage::new();
    let order = stage.place(1, WANTED).await.id;
    for _ in 0..2 {
        let answer = stage.run::<CancelOrder>(&FraudCheckFailed { order }).await;
        let OrderCancelled { reason, .. } = answer.unwrap().only();
        assert_eq!(reason, CancelReason::Fraud);
    }
    let late = stage.run::<CancelOrder>(&PaymentFailed { order }).await;
    let OrderCancelled { reason, .. } = late.unwrap().only();
    assert_eq!(reason, CancelReason::Fraud, "the first reason stands");
}

#[tokio::test]
async fn a_shipped_order_is_not_cancelled_however_often_one_tries() {
    let stage = Stage::new();
    let order = stage.place(1, WANTED).await.id;
    stage.orders.ship(order).await.unwrap();
    let error = stage
        .run::<CancelOrder>(&FraudCheckFailed { order })
        .await
        .unwrap_err();
    assert_eq!(error.class(), FailureClass::Terminal);
    assert_eq!(stage.status(order).await, Status::Shipped);
}

#[tokio::test]
async fn fulfilment_waits_for_both_and_ships_once() {
    let stage = Stage::new();
    let order = stage.place(5, WANTED).await.id;
    let trusted = FraudCheckPassed { order };
    let complete = OrderInventoryCheckCompleted { order };
    let answer = stage.run::<FulfilOrder>(&trusted).await.unwrap();
    assert_eq!(answer.types(), [""; 0]);
    for _ in 0..2 {
        let answer = stage.run::<FulfilOrder>(&complete).await.unwrap();
        assert_eq!(answer.types(), [OrderShipped::TYPE]);
        let answer = stage.run::<FulfilOrder>(&trusted).await.unwrap();
        assert_eq!(answer.types(), [OrderShipped::TYPE]);
    }
    assert_eq!(stage.status(order).await, Status::Shipped);
    assert_eq!(stage.ledger.entries::<Shipment>().await.unwrap().len(), 1);
    assert!(stage.invoices.total(order).await.unwrap().is_some());
}

#[tokio::test]
async fn a_cancelled_order_is_not_shipped_whatever_comes_in() {
    let stage = Stage::new();
    let order = stage.place(5, WANTED).await.id;
    stage
        .orders
        .cancel(order, CancelReason::Fraud)
        .await
        .unwrap();
    stage
        .run::<FulfilOrder>(&FraudCheckPassed { order })
        .await
        .unwrap();
    let complete = OrderInventoryCheckCompleted { order };
    let answer = stage.run::<FulfilOrder>(&complete).await.unwrap();
    assert_eq!(answer.types(), [""; 0]);
    assert_eq!(stage.ledger.entries::<Shipment>().await.unwrap(), []);
    assert_eq!(stage.invoices.total(order).await.unwrap(), None);
}

#[tokio::test]
async fn one_email_is_sent_and_names_the_invoice() {
    let stage = Stage::new();
    let order = stage.place(5, WANTED).await.id;
    let shipped = OrderShipped {
        order,
        shipment: "parcel".into(),
        invoice_url: "memory:///invoice".into(),
    };
    for _ in 0..2 {
        stage.run::<SendEmail>(&shipped).await.unwrap();
    }
    assert_eq!(stage.ledger.entries::<Email>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_charged_is_paid_back_once_and_what_was_not_is_not() {
    let stage = Stage::new();
    let order = stage.place(5, WANTED).await;
    let reason = CancelReason::Fraud;
    let cancelled = OrderCancelled {
        order: order.id,
        reason,
    };
    let answer = stage.run::<refund_payment>(&cancelled).await.unwrap();
    assert_eq!(answer.types(), [""; 0]);
    let accepted = OrderAccepted { order: order.id };
    stage.run::<AuthorisePayment>(&accepted).await.unwrap();
    for _ in 0..2 {
        let answer = stage.run::<refund_payment>(&cancelled).await.unwrap();
        let refunded: PaymentRefunded = answer.only();
        assert_ne!(refunded.amount, Money::default());
        assert_eq!(refunded.amount, order.total);
    }
    assert_eq!(stage.ledger.entries::<Refund>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn fraud_is_judged_as_the_verdict_has_it() {
    let stage = Stage::new();
    for (status, expected) in [
        (Status::Shipped, FraudCheckPassed::TYPE),
        (
            Status::Cancelled(CancelReason::Fraud),
            FraudCheckFailed::TYPE,
        ),
    ] {
        let order = stage.place_that_ends(status).await.id;
        let answer = stage.run::<check_fraud>(&PaymentAuthorised { order }).await;
        assert_eq!(answer.unwrap().types(), [expected]);
    }
}
