//! One run of the shop within a test.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use beehive_core::hive::FactorySettings;
use prismo_ecommerce::{
    backend::Backend,
    domain::Seed,
    inspection::summarise,
    shop::Shop,
    simulated_hive,
    state::RunRecord,
    summary::{Summary, Traffic},
};

/// What to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) orders: u32,
    pub(crate) products: u32,
    pub(crate) parallelism: usize,
}

impl Run {
    /// A run like that of `prismo`, of so many orders.
    pub(crate) fn of(orders: u32) -> Self {
        Self {
            seed: 1,
            orders,
            products: 50,
            parallelism: 8,
        }
    }

    /// Runs it on a backend, and sums it up.
    pub(crate) async fn on(self, backend: &Backend) -> Summary {
        let products = NonZeroU32::new(self.products).unwrap();
        let run = RunRecord::new(Seed::new(self.seed), self.orders, products);
        let parallelism = NonZeroUsize::new(self.parallelism).unwrap();
        let hive = simulated_hive(backend, Duration::from_millis(200))
            .unwrap()
            .settings(FactorySettings::default().with_parallelism(parallelism))
            .build()
            .unwrap();
        let graph = hive.graph().clone();
        let shop = Shop::new(run.clone(), hive.publisher(), &backend.stores).unwrap();
        let running = hive.start().await.unwrap();
        shop.trade(|_| {}).await.unwrap();
        let report = running.drain().await;
        let traffic = Traffic {
            events_processed: report.statistics.processed,
            redelivered: report.statistics.redelivered,
            ..Traffic::default()
        };
        summarise(&run, backend, &graph, traffic, Duration::ZERO)
            .await
            .unwrap()
    }

    /// Runs it in memory.
    pub(crate) async fn in_memory(self) -> Summary {
        self.on(&Backend::memory()).await
    }
}
