//! The user's item survives every expansion, token by token.

use super::{Macro, expand};
use crate::{actor::actor, pulser::pulser};

/// Asserts that the expansion begins with `item`.
#[track_caller]
fn check(expansion: Macro, arguments: &str, item: &str, kept: &str) {
    let expanded = expand(expansion, arguments, item).to_string();
    let kept = super::tokens(kept).to_string();
    assert!(
        expanded.starts_with(&kept),
        "{kept}\nis not how this begins:\n{expanded}"
    );
}

const ITEMS: [&str; 8] = [
    "/// Doc.\n#[derive(Debug)] pub struct A { #[x] pub a: B<C, D>, }",
    "struct A(B, C);",
    "struct A;",
    "#[inline] pub(crate) async fn a(#[x] mut b: B, c: &C) -> Result<(), E> { let b = b; Ok(b) }",
    "struct A<T>(T) where T: B;",
    "enum A { B, C }",
    "impl A { fn b(&self) {} }",
    "fn half(a: A) -> Result<(), E> { not rust at all + }",
];

#[test]
fn an_item_is_kept_as_it_is() {
    for item in ITEMS {
        check(actor, r#""A-B""#, item, item);
        check(pulser, r#""A", every = "1s""#, item, item);
    }
}

#[test]
fn an_item_is_kept_when_the_arguments_are_wrong() {
    for item in ITEMS {
        check(actor, "?, lease = , unknown", item, item);
        check(pulser, "nonsense = 1", item, item);
    }
}

#[test]
fn only_the_stacked_attributes_are_taken_off() {
    check(
        actor,
        r#""A-B""#,
        r#"#[derive(Debug)] #[actor("A-C")] #[pulser("A")] #[beehive_core::actor("A-D")] struct A;"#,
        r#"#[derive(Debug)] #[pulser("A")] struct A;"#,
    );
    check(
        pulser,
        r#""A", every = "1s""#,
        r#"#[actor("A-C")] #[pulser("B", every = "1s")] struct A;"#,
        r#"#[actor("A-C")] struct A;"#,
    );
}
