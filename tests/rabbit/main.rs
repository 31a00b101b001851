//! What has to be true on a real RabbitMQ.

use std::process::ExitCode;

use beehive_tests::trials;

mod amqp;
mod broker;
mod delays;
mod publishing;
mod topology;

fn main() -> ExitCode {
    let mut trials = broker::trials();
    trials.extend(delays::trials());
    trials.extend(publishing::trials());
    trials.extend(topology::trials());
    trials::run(trials)
}
