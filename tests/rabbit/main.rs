//! What has to be true on a real RabbitMQ.

use std::process::ExitCode;

use beehive_tests::trials;

mod amqp;
mod broker;
mod dead_letters;
mod publishing;

fn main() -> ExitCode {
    trials::run(
        broker::trials()
            .into_iter()
            .chain(publishing::trials())
            .chain(dead_letters::trials()),
    )
}
