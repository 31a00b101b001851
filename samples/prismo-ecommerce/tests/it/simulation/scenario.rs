//! What is ordered, and what lies on the shelf.

use std::{num::NonZeroU32, sync::LazyLock};

use fastrand::Rng;
use prismo_ecommerce::{
    domain::{
        CancelReason, Catalogue, Order, OrderId, ProductId, Seed, Status, generate::Generator,
    },
    verdict,
};

/// How much a supplier delivers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Supply {
    /// Whole packs, which serve others too.
    InPacks,
    /// What was asked for.
    ToTheUnit,
}

/// A few orders that want the same few things, with far more frauds among them than there are.
#[derive(Debug)]
pub(crate) struct Scenario {
    seed: u64,
    generator: Generator,
    pub(crate) orders: Vec<Order>,
    pub(crate) shelf: Vec<(ProductId, u32)>,
    pub(crate) supply: Supply,
}

/// The seed of the orders' verdicts; not that of the scenario.
const VERDICTS: Seed = Seed::new(1);

/// Places of orders that will end each way.
static PLACES: LazyLock<[Vec<u32>; 3]> = LazyLock::new(|| {
    let ending = |status| {
        let ends = move |place: &u32| verdict::outcome(OrderId::new(VERDICTS, *place)) == status;
        (1..2_000).filter(ends).collect()
    };
    [
        ending(Status::Shipped),
        ending(Status::Cancelled(CancelReason::Fraud)),
        ending(Status::Cancelled(CancelReason::PaymentFailed)),
    ]
});

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let products = NonZeroU32::new(random.u32(1..=3)).unwrap();
        let generator = Generator::new(VERDICTS, products);
        let mut places: Vec<u32> = (0..random.usize(2..=6))
            .map(|_| {
                let ending = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2][random.usize(0..10)];
                PLACES[ending][random.usize(0..PLACES[ending].len())]
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        let shelf = generator.catalogue().products().iter();
        Self {
            seed,
            orders: places.into_iter().map(|at| generator.order(at)).collect(),
            shelf: shelf.map(|found| (found.id, random.u32(0..6))).collect(),
            supply: [Supply::InPacks, Supply::ToTheUnit][random.usize(0..2)],
            generator,
        }
    }

    /// What the adversary draws from.
    pub(crate) fn random(&self) -> Rng {
        Rng::with_seed(!self.seed)
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        self.generator.catalogue()
    }
}
