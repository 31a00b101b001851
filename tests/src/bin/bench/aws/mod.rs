//! What the stores on AWS ask of it: requests for each operation, which is what is paid for.

mod counted;
mod operations;

use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::Service;
use clap::Args;
use tokio::runtime::Builder;

use self::counted::Counted;
use crate::Result;
use crate::report::{Report, Summary};

/// What to measure, and how.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How the figures are printed.
    #[arg(long, value_enum, default_value = "human")]
    summary: Summary,
    /// How often each operation is made.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    times: u64,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !Service::AWS.is_there() {
        return Err(
            "AWS_ENDPOINT_URL leads nowhere; run `tests/services up aws`, then `eval \"$(tests/services env aws)\"`".into(),
        );
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let mut report = Report::default();
    runtime.block_on(async {
        let wire = HttpBuilder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let wire = Counted::new(wire);
        let emulator = Emulator::Whole;
        let config = emulator.config().await.with_http_client(wire.clone());
        let stores = emulator.dynamo(&config).await?;
        let values = emulator.s3(&config).await?;
        let bench = operations::Bench {
            wire,
            times: options.times,
        };
        bench.documents(&mut report, &stores).await?;
        bench.lists(&mut report, &stores).await?;
        bench.counters(&mut report, &stores).await?;
        bench.leases(&mut report, &stores).await?;
        bench.values(&mut report, &values).await
    })?;
    report.note("Time is the emulator's for the most part; requests are the same on AWS.");
    report.print(options.summary);
    Ok(())
}
