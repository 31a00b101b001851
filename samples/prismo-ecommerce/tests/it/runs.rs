//! Whole runs in memory.

use beehive_core::prelude::{MemoryQueue, Stores};
use prismo_ecommerce::{backend::Backend, summary::Summary};

use crate::{duplicating::Duplicating, run::Run};

const NOTHING: [String; 0] = [];

/// Enough orders that some have to wait for the supplier.
const SOME: u32 = 500;

/// Enough that most have to, where that is soon done: unoptimised, it takes twenty times as long.
const MANY: u32 = if cfg!(debug_assertions) { 800 } else { 10_000 };

/// Of `prismo --orders 1000 --seed 1`, and of seed 2. They say how a thousand orders ended, on every
/// backend and for ever.
const DIGESTS: [&str; 2] = [
    "0b67a85107d5d1c8c11834a3494e6e731ea9d63705b04524d05574f34b77a38b",
    "dc2e4105e7974af92d0b66f6620f48ed37fbf901c3f8d9c5395209ad01dd1fe6",
];

#[track_caller]
fn assert_clean(summary: &Summary) {
    assert_eq!(summary.violations, NOTHING);
    assert_eq!(summary.unsettled(), 0);
    assert_eq!(summary.dead_lettered, 0);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_orders_end_as_their_seed_has_it() {
    for (seed, digest) in (1..).zip(DIGESTS) {
        let run = Run {
            seed,
            ..Run::of(1_000)
        };
        let summary = run.in_memory().await;
        assert_clean(&summary);
        assert!(summary.backordered > 100, "{summary:?}");
        assert_eq!(summary.digest, digest, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn parallelism_makes_no_difference() {
    let expected = Run::of(SOME).in_memory().await.digest;
    for parallelism in [1, 64] {
        let run = Run {
            parallelism,
            ..Run::of(SOME)
        };
        let summary = run.in_memory().await;
        assert_clean(&summary);
        assert_eq!(summary.digest, expected, "parallelism {parallelism}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_make_no_difference() {
    let summary = Run::of(1_000).in_memory().await;
    assert_clean(&summary);
    assert_eq!(summary.digest, DIGESTS[0]);
}

#[tokio::test(start_paused = true)]
async fn a_single_product_that_everybody_wants_reaches_everybody() {
    let run = Run {
        products: 1,
        ..Run::of(MANY.min(4_000))
    };
    assert_clean(&run.in_memory().await);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_placed_again_is_the_same_run() {
    let backend = Backend::memory();
    let first = Run::of(300).on(&backend).await;
    let again = Run::of(300).on(&backend).await;
    assert_clean(&again);
    assert_eq!(again.digest, first.digest);
    assert_eq!(again.emails, first.emails);
}

#[tokio::test(start_paused = true)]
async fn every_event_published_twice_changes_nothing() {
    // Without an inbox, so that nobody but the actors can tell.
    let stores = Stores::memory().without_inbox();
    let backend = Backend::new(Duplicating::new(MemoryQueue::default()), stores);
    let summary = Run::of(300).on(&backend).await;
    assert_clean(&summary);
    let once = Run::of(300).in_memory().await;
    assert!(summary.events_processed > 2 * once.events_processed);
    assert_eq!(summary.digest, once.digest);
}

#[tokio::test(start_paused = true)]
async fn many_orders_settle_for_any_seed() {
    for (seed, products, parallelism) in [(3, 50, 16), (4, 7, 1)] {
        let run = Run {
            seed,
            products,
            parallelism,
            ..Run::of(MANY)
        };
        let summary = run.in_memory().await;
        assert_clean(&summary);
        // What the actors do for an order must not grow with the number of orders.
        assert!(
            summary.events_processed < 30 * u64::from(MANY),
            "{summary:?}"
        );
    }
}
