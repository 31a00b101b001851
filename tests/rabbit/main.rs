//! What has to be true on a real RabbitMQ.

use std::process::ExitCode;

use beehive_tests::trials;

mod amqp;
mod broker;
mod publishing;
mod receiving;

fn main() -> ExitCode {
    let subjects = [broker::trials(), publishing::trials(), receiving::trials()];
    trials::run(subjects.into_iter().flatten())
}
