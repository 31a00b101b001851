//! A worker of the version after this one: the shop also grants points for what was shipped.

use std::process::ExitCode;

use beehive_core::hive::FactorySettings;
use beehive_core::prelude::*;
use prismo_ecommerce::backend::{Backend, Lifetime};
use prismo_ecommerce::cli::{Cli, Namespace};
use prismo_ecommerce::domain::OrderId;
use prismo_ecommerce::events::OrderShipped;
use prismo_ecommerce::{logging, simulated_hive};
use tokio::signal::unix::{SignalKind, signal};

use crate::Result;

/// The subscription that older workers do not know.
pub(crate) const SUBSCRIPTION: &str = "OrderShipped-Loyalty";

/// A customer has points. Older workers have never heard of it.
#[derive(Clone, Debug, Deserialize, EventBody, Serialize)]
struct LoyaltyPointsGranted {
    order: OrderId,
}

/// Grants a point for each order that was shipped, once.
#[actor("OrderShipped-Loyalty", emits(LoyaltyPointsGranted))]
async fn grant_points(shipped: OrderShipped, points: Counter) -> Result<Event, ActorError> {
    let order = shipped.order;
    let point = Change::add(1).once(OperationId::new(format!("points/{order}")));
    points.change("points", &point).await?;
    Ok(Event::of(&LoyaltyPointsGranted { order })?)
}

/// Processes orders until told to stop, as `prismo worker` does.
pub(crate) async fn work(flags: Vec<String>) -> Result<ExitCode> {
    let words = ["prismo".to_owned(), "worker".to_owned()];
    let cli = Cli::try_from_args(words.into_iter().chain(flags))?;
    let options = cli.options;
    logging::init(options.verbose);
    let namespace = options.namespace.unwrap_or_else(Namespace::default);
    let backend = Backend::open(options.backend, &namespace, Lifetime::Namespace).await?;
    let settings = FactorySettings::default().with_parallelism(options.parallelism);
    let hive = simulated_hive(&backend, options.replenish_delay)?
        .actor::<grant_points>()
        .settings(settings)
        .build()?;
    let mut terminated = signal(SignalKind::terminate())?;
    let report = hive
        .run_until(async {
            terminated.recv().await;
        })
        .await?;
    backend.close(&[]).await;
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
