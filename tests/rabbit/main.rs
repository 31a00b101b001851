//! What has to be true on a real RabbitMQ.

use std::process::ExitCode;

use beehive_tests::trials;

mod amqp;
mod broker;
mod delays;
mod publishing;
mod topology;

fn main() -> ExitCode {
    let subjects = [
        broker::trials(),
        delays::trials(),
        publishing::trials(),
        topology::trials(),
    ];
    trials::run(subjects.into_iter().flatten())
}
