//! Dead letters: in a queue of their own, and looked at by taking them all.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod letter;
mod look;
mod moving;
mod pages;
mod redrive;
mod sqs_dead_letters;
mod turns;

pub(super) use self::sqs_dead_letters::SqsDeadLetters;
