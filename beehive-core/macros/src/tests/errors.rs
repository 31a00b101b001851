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

#[test]
fn all_mistakes_are_reported_at_once() {
    let arguments = r#""Orders", quue = 1, parallelism = 0, lease = "soon", emits("")"#;
    let item = r#"#[actor("A-")] fn a<T>(self) {}"#;
    let found = messages(expand(crate::actor::actor, arguments, item));
    let expected = [
        "\"Orders\" is not the name of a queue",
        "unknown `#[actor]` argument `quue`",
        "`parallelism` is zero",
        "`lease` takes a duration longer than zero",
        "an entry of `emits` is empty",
        "\"A-\" names a topic",
        "`a` is generic",
        "`a` takes `self`",
        "`a` is neither `async` nor `blocking`",
        "`a` returns nothing",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (message, beginning) in found.iter().zip(expected) {
        assert!(
            message.starts_with(beginning),
            "{message}\ndoes not begin: {beginning}"
        );
    }
}

#[test]
fn a_name_is_still_a_type_when_its_actor_is_wrong() {
    let expanded = expand(
        crate::actor::actor,
        "",
        "async fn a(a: A) -> Result<(), E> {}",
    )
    .to_string();
    assert!(expanded.contains("struct a { }"), "{expanded}");
    assert!(
        expanded.contains("impl :: beehive_core :: actor :: Actor for a"),
        "{expanded}"
    );
    let method = expand(
        crate::actor::actor,
        "",
        "async fn a(&self) -> Result<(), E> {}",
    )
    .to_string();
    assert!(
        !method.contains("struct a"),
        "an `impl` holds no struct: {method}"
    );
}
