//! What each mistake is answered with.

mod actor;
mod event_body;
mod pulser;

use super::{Macro, expand, messages};

/// Asserts that the expansion reports exactly these messages.
#[track_caller]
fn check(expansion: Macro, arguments: &str, item: &str, expected: &[&str]) {
    let found = messages(expand(expansion, arguments, item));
    assert_eq!(found, expected, "for ({arguments}) on {item}");
}
