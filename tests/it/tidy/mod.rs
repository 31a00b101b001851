//! The rules of this repository, as tests.
//!
//! Every rule is a pure function from text to findings, and has a test beside it that shows it
//! fail: a rule that cannot fail proves nothing. The tests named `this_repository_…` apply the
//! rules to the tree they are compiled in.

mod code;
mod fences;
mod layout;
mod packages;
mod readme;
mod sizes;
mod tree;
mod waiting;
mod words;

pub(crate) use self::tree::root;
