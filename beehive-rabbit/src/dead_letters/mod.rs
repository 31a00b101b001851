//! The dead letters of each queue, in a queue of their own.
//!
//! AMQP cannot browse: to look at messages is to take them, and to give them back. A quorum queue then
//! keeps its order only if consumers took them, at most 32 of one channel, and the end of the channel
//! gave them back, and only until a look that takes fewer is cut short. So a [`Look`](look::Look) does
//! that, and makes sure that it is alone; but what is shown does not rely on it. Its order is the one
//! that the dead letters themselves tell, see [`Place`](place::Place). What was tried, and what else
//! was considered, is in docs/decisions/0011.

mod census;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod letter;
mod look;
mod place;
mod quiet;
mod rabbit_dead_letters;
mod redrive;
mod turns;
mod window;

pub(crate) use self::rabbit_dead_letters::RabbitDeadLetters;
