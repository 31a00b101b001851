//! Prismo's actors in a function of AWS Lambda.
//!
//! The same hive as in `prismo worker --backend aws`, on the same queues, tables and bucket. It is
//! invoked for a queue that is its trigger, and has an actor for every queue of the shop, so one
//! function can have one trigger or all of them, next to workers or without any.
//!
//! `PRISMO_NAMESPACE` names the run, `PRISMO_BUCKET` the bucket. Queues, tables and bucket are there
//! already: `prismo shop --backend aws` makes them, and has the rights to.

use std::{
    env, error::Error as _, io, io::Write as _, iter::successors, process::ExitCode, time::Duration,
};

use beehive_aws::{
    AwsConfig, ProvisioningMode,
    lambda::LambdaFunction,
    sqs::{SqsOptions, SqsQueue},
};
use beehive_core::{
    ErrorKind,
    hive::{FactorySettings, KillSwitchPolicy},
};
use prismo_ecommerce::{
    backend::{Backend, aws_stores},
    cli::Namespace,
    error::Error,
    logging, simulated_hive,
};

/// The longest that an event is worked on, and that it is leased for, in a function that may run for
/// half a minute. `BEEHIVE_ACTOR_…_TIMEOUT` and `…_LEASE` say otherwise for single actors.
const TIMEOUT: Duration = Duration::from_secs(15);
const LEASE: Duration = Duration::from_secs(20);
/// How long the function waits, and is paid for, while most events fail.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// How long the supplier takes.
const REPLENISH_DELAY: Duration = Duration::from_millis(200);

#[tokio::main]
async fn main() -> ExitCode {
    logging::init(false);
    let Err(error) = serve().await else {
        return ExitCode::SUCCESS;
    };
    let mut err = io::stderr().lock();
    // What cannot be written can be told to nobody.
    let _ = writeln!(err, "error: {error}");
    for cause in successors(error.source(), |&cause| cause.source()) {
        let _ = writeln!(err, "  caused by: {cause}");
    }
    ExitCode::FAILURE
}

async fn serve() -> Result<(), Error> {
    let namespace = namespace()?;
    // What is there was made by another, who may.
    let trust = ProvisioningMode::Trust;
    let options = SqsOptions::new(namespace.as_str()).with_provisioning(trust);
    let queue = SqsQueue::open(&AwsConfig::from_env().await, &options).await?;
    let function = LambdaFunction::new(queue);
    let stores = aws_stores(&namespace, trust).await?;
    let backend = Backend::new(function.queue(), stores);
    let hive = simulated_hive(&backend, REPLENISH_DELAY)?
        .settings(settings())
        .overrides(env::vars())
        .build()?;
    Ok(function.run(hive).await?)
}

fn settings() -> FactorySettings {
    let (first, max) = PAUSE;
    FactorySettings::default()
        .with_timeout(TIMEOUT)
        .with_lease(LEASE)
        .with_kill_switch(KillSwitchPolicy::default().with_pause(first, max))
}

fn namespace() -> Result<Namespace, Error> {
    const VARIABLE: &str = "PRISMO_NAMESPACE";
    let Ok(name) = env::var(VARIABLE) else {
        return Ok(Namespace::default());
    };
    let refused = |why: String| {
        let error = beehive_core::Error::new(ErrorKind::Configuration, why);
        Error::from(error.with_context("variable", VARIABLE))
    };
    name.parse().map_err(refused)
}
