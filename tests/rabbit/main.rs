//! What has to be true on a real RabbitMQ.

use std::process::ExitCode;

use beehive_tests::trials;

mod amqp;
mod broker;
mod certificates;
mod connection;
mod delays;
mod publishing;
mod refusal;
mod secrets;
mod tls;
mod topology;

fn main() -> ExitCode {
    let subjects = [
        broker::trials(),
        connection::trials(),
        delays::trials(),
        publishing::trials(),
        secrets::trials(),
        tls::trials(),
        topology::trials(),
    ];
    trials::run(subjects.into_iter().flatten())
}
