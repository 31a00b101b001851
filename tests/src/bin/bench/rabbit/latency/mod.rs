//! How long an event takes through two actors at a steady rate.

mod by_hand;
mod compare;
mod through_a_hive;
mod times;

pub(super) use self::compare::compare;
