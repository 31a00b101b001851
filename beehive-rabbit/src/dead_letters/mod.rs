//! The dead letters of each queue, in a queue of their own.
//!
//! AMQP cannot browse: to look at messages is to take them, and to give them back. What that does to
//! their order was measured on RabbitMQ 3.10.8:
//!
//! | taken and given back by | classic | quorum |
//! |---|---|---|
//! | consumer, then the channel, the connection or the process ends | kept | kept |
//! | up to 32 consumers of one channel, one after the other | kept | kept |
//! | more consumers of one channel | kept | shuffled |
//! | `basic.get`, given back in any way | kept | shuffled |
//! | `basic.nack` of all at once | kept | shuffled |
//! | a part of those that were given back before | kept | moved behind the others of those |
//! | messages that arrive meanwhile | behind | behind |
//! | two lookers at once | each sees a part | each sees a part, and the order of returning stays |
//!
//! So a [`Look`](look::Look) takes by consumers, holds everything until it has seen it, returns it by
//! closing its channel, and makes sure that it is alone. And because a broker or a process can die in
//! the middle of one, the order that is shown is not the queue's but the one that the dead letters
//! themselves tell: by the time at which each was given up, see [`Place`](place::Place). Looking costs
//! as much as there are dead letters.

mod census;
mod letter;
mod look;
mod place;
mod quiet;
mod rabbit_dead_letters;
mod redrive;
mod turns;
mod window;

pub(crate) use self::rabbit_dead_letters::RabbitDeadLetters;
