//! What has to be true on a real RabbitMQ.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "these are tests, though not called so"
)]

use std::process::ExitCode;

use beehive_tests::trials;

mod amqp;
mod broker;
mod certificates;
mod connection;
mod dead_letters;
mod delays;
mod hive;
mod hostile;
mod metrics;
mod mutations;
mod publishing;
mod receiving;
mod refusal;
mod secrets;
mod tls;
mod topology;

fn main() -> ExitCode {
    // A trial that kills a process starts this program as that process.
    if let Some(ended) = hive::worker() {
        return ended;
    }
    if let Ok(level) = std::env::var("BEEHIVE_TESTS_LOG") {
        tracing_subscriber::fmt()
            .with_env_filter(level)
            .with_ansi(false)
            .with_writer(std::io::stderr)
            .init();
    }
    let subjects = [
        broker::trials(),
        connection::trials(),
        dead_letters::trials(),
        delays::trials(),
        hive::trials(),
        metrics::trials(),
        mutations::trials(),
        publishing::trials(),
        receiving::trials(),
        secrets::trials(),
        tls::trials(),
        topology::trials(),
    ];
    trials::run(subjects.into_iter().flatten())
}
