//! What has to be true on a real RabbitMQ.

use std::process::ExitCode;

use beehive_tests::trials;

mod amqp;
mod broker;
mod certificates;
mod connection;
mod refusal;
mod secrets;
mod tls;

fn main() -> ExitCode {
    let trials = [
        broker::trials(),
        connection::trials(),
        secrets::trials(),
        tls::trials(),
    ];
    trials::run(trials.into_iter().flatten())
}
