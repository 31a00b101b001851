//! Mutations: beehive with one of its safeguards taken out, to show that what proves it notices.
//!
//! Each stands for a line of the product that somebody may delete one day. It is applied from
//! outside, through the traits that the product is made of, where that comes to the same; the one
//! that cannot be is in `beehive-rabbit`, behind its hidden feature `mutations`. `docs/mutations.md`
//! of the repository lists them, with who catches each.

mod ack_ignored;
mod commit_before_publish;
mod derived_ids_off;
mod lease_book;
mod lease_cancellation_off;
mod mutation;
mod spoil;

pub use self::mutation::{Mutation, UnknownMutation};
pub(crate) use self::spoil::{Spoil, spoilt};
