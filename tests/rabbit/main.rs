//! What has to be true on a real RabbitMQ.

use std::process::ExitCode;

use beehive_tests::trials;

mod amqp;
mod broker;
mod dead_letters;
mod delays;
mod hive;
mod publishing;
mod receiving;
mod topology;

fn main() -> ExitCode {
    // A trial that kills a process starts this program as that process.
    if let Some(ended) = hive::worker() {
        return ended;
    }
    let subjects = [
        broker::trials(),
        dead_letters::trials(),
        delays::trials(),
        hive::trials(),
        publishing::trials(),
        receiving::trials(),
        topology::trials(),
    ];
    trials::run(subjects.into_iter().flatten())
}
