//! Who plays: the actors of the shop, and a supplier that leaves nothing over.

use std::sync::Arc;

use async_trait::async_trait;
use beehive_core::{
    actor::{Actor, ActorDescriptor, ProcessorActor, Resolver, Services},
    queue::QueueName,
};
use prismo_ecommerce::{
    actors,
    domain::ProductId,
    outside::{Ledger, LedgerExt, OutsideError, Promise, Supplier, Supply},
};

/// An actor and what it reads.
pub(crate) struct Role {
    pub(crate) queue: QueueName,
    pub(crate) actor: Arc<dyn ProcessorActor>,
}

/// All actors that do something.
pub(crate) fn actors(services: &Services) -> Vec<Role> {
    let descriptors = [
        actors::AuthorisePayment::descriptors(),
        actors::CancelOrder::descriptors(),
        actors::check_fraud::descriptors(),
        actors::FulfilOrder::descriptors(),
        actors::GatherItems::descriptors(),
        actors::ReserveItems::descriptors(),
        actors::refund_payment::descriptors(),
        actors::ReleaseStock::descriptors(),
        actors::replenish_stock::descriptors(),
        actors::SendEmail::descriptors(),
        actors::WakeParkedOrders::descriptors(),
    ];
    let build = |descriptor: ActorDescriptor| {
        let mut resolver = Resolver::new(services);
        let actor = descriptor.build(&mut resolver);
        let missing = resolver.into_missing();
        assert!(missing.is_empty(), "{missing:?}");
        Role {
            queue: descriptor.queue().clone(),
            actor: actor.unwrap(),
        }
    };
    descriptors.into_iter().flatten().map(build).collect()
}

/// Sells what is asked for and no more, so that whoever comes second finds nothing.
#[derive(Debug)]
pub(crate) struct ExactSupplier {
    ledger: Arc<dyn Ledger>,
}

impl ExactSupplier {
    pub(crate) fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger }
    }
}

#[async_trait]
impl Supplier for ExactSupplier {
    async fn order(
        &self,
        key: &str,
        product: ProductId,
        quantity: u32,
    ) -> Result<Promise, OutsideError> {
        let supply = Supply { product, quantity };
        let supply = self.ledger.record(key, &supply).await?;
        Ok(Promise {
            quantity: supply.quantity,
            delay: std::time::Duration::ZERO,
        })
    }
}
