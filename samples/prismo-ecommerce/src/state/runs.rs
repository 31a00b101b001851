//! What was placed, for whoever audits it.

use std::num::NonZeroU32;

use beehive_core::{Error, Result, prelude::*};

use crate::domain::{Seed, generate::Generator};

/// The figures everything in a run follows from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RunRecord {
    id: String,
    /// The seed.
    pub seed: Seed,
    /// How many orders are placed.
    pub orders: u32,
    /// How many products are sold.
    pub products: NonZeroU32,
}

/// There is one run in a namespace.
const ID: &str = "run";

impl RunRecord {
    /// A run of so many orders.
    pub fn new(seed: Seed, orders: u32, products: NonZeroU32) -> Self {
        Self {
            id: ID.to_owned(),
            seed,
            orders,
            products,
        }
    }

    /// What writes its orders and its catalogue.
    pub fn generator(&self) -> Generator {
        Generator::new(self.seed, self.products)
    }
}

impl Entity for RunRecord {
    const COLLECTION: &'static str = "runs";

    fn id(&self) -> &str {
        &self.id
    }
}

/// The run of a namespace.
#[derive(Clone, Debug)]
pub struct Runs(Collection<RunRecord>);

impl Runs {
    /// The run kept in these stores.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no collection store.
    pub fn of(stores: &Stores) -> Result<Self> {
        stores.collection().map(Self)
    }

    /// Begins a run; one that was begun before goes on.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if another one was begun here.
    pub async fn begin(&self, run: &RunRecord) -> Result<()> {
        match self.0.insert(run).await {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let begun = self.0.require(ID).await?.entity;
                if begun == *run {
                    Ok(())
                } else {
                    Err(other_run(&begun))
                }
            }
            result => result.map(drop),
        }
    }

    /// The run that was begun here.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if none was.
    pub async fn get(&self) -> Result<RunRecord> {
        let found = self.0.get(ID).await?.ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                "nothing was ever placed in this namespace; place orders with `prismo shop`",
            )
        })?;
        Ok(found.entity)
    }
}

fn other_run(begun: &RunRecord) -> Error {
    Error::new(
        ErrorKind::Conflict,
        "this namespace holds another run; repeat that one, or choose another `--namespace`",
    )
    .with_context("--seed", begun.seed)
    .with_context("--orders", begun.orders)
    .with_context("--products", begun.products)
}
