//! What is wrong with an `#[actor]`.

use super::check;
use crate::actor::actor;

const ACTOR: &str = "struct A;";
const QUEUE: &str = r#""A-B""#;

/// Asserts what is reported for `#[actor(arguments)]` on a faultless struct.
#[track_caller]
fn refused(arguments: &str, expected: &[&str]) {
    check(actor, arguments, ACTOR, expected);
}

/// Asserts what is reported for a faultless `#[actor]` on this item.
#[track_caller]
fn refused_item(item: &str, expected: &[&str]) {
    check(actor, QUEUE, item, expected);
}

#[test]
fn nothing_is_reported_where_nothing_is_wrong() {
    refused(
        r#""A-B", lease = "30s", emits("A", B, "B"), retry(immediate = 0),"#,
        &[],
    );
    refused(&format!(r#""{}-a_1""#, "x".repeat(80)), &[]);
    refused_item(
        "async fn a(A { b, .. }: A, mut c: C, _: D) -> Outcome { b }",
        &[],
    );
}

#[test]
fn a_queue_name_is_a_subscription_or_a_simple_queue() {
    refused(
        "",
        &[
            "`#[actor]` needs the name of the queue the actor reads, first and in quotes; write \
         `#[actor(\"Topic-Subscription\")]`, for example `#[actor(\"OrderAccepted-Payment\")]`",
        ],
    );
    for unquoted in ["7", "OrderAccepted-Payment, lease = \"30s\"", "A - B", "A-"] {
        refused(
            unquoted,
            &["the name of a queue is a string; write `#[actor(\"Topic-Subscription\")]`"],
        );
    }
    refused(
        r#""OrderAccepted-""#,
        &[
            "\"OrderAccepted-\" names a topic: an actor reads a subscription or a simple queue, write \
         \"Topic-Subscription\", for example \"OrderAccepted-Payment\"",
        ],
    );
    refused(
        r#""Stock""#,
        &[
            "\"Stock\" is not the name of a queue: it has no `-`; write \"Stock-Subscription\" to read a \
         subscription of the topic Stock, or \"Stock-Stock\" to read a simple queue",
        ],
    );
    let bad = |name: &str, reason: &str| {
        let message = format!(
            "\"{name}\" is not the name of a queue: {reason}; write \"Topic-Subscription\", for example \
             \"OrderAccepted-Payment\""
        );
        refused(&format!("\"{name}\""), &[&message]);
    };
    bad("", "a word of it is empty");
    bad("-", "a word of it is empty");
    bad("-Payment", "a word of it is empty");
    bad(
        "Order Accepted-Payment",
        "` ` is not a letter, a digit or `_` (ASCII only)",
    );
    bad(
        "OrderAccepted-Pay-ment",
        "`-` is not a letter, a digit or `_` (ASCII only)",
    );
    bad(
        "OrderAccepted-Prüfung",
        "`ü` is not a letter, a digit or `_` (ASCII only)",
    );
    let long = format!("{}-Payment", "x".repeat(81));
    bad(&long, "a word of it has 81 characters, 80 are allowed");
}

#[test]
fn an_argument_is_known_and_stands_once() {
    refused(
        r#""A-B", quue = "A-B""#,
        &[
            "unknown `#[actor]` argument `quue`; expected one of: name, parallelism, lease, timeout, retry, \
         emits, blocking, ordered",
        ],
    );
    refused(
        r#""A-B", lease = "30s", lease = "1m""#,
        &["duplicate `#[actor]` argument `lease`; write it once"],
    );
    refused(
        r#""A-B", "A-C""#,
        &[
            "cannot read this argument of `#[actor]`; write `key = value`, `key(..)` or `flag`, where the \
         key is one of: name, parallelism, lease, timeout, retry, emits, blocking, ordered",
        ],
    );
}

#[test]
fn a_value_has_the_type_of_its_argument() {
    let zero = "`parallelism` is zero, so the actor would process nothing; write at least 1, such as \
                `parallelism = 8`";
    let number = "`parallelism` takes a whole number; write `parallelism = 8`";
    let lease = "`lease` takes a duration; write `lease = \"30s\"`";
    let table = [
        ("parallelism = 0", zero),
        ("parallelism = -1", number),
        ("parallelism = \"8\"", number),
        ("parallelism = 8.5", number),
        ("parallelism = 99999999999", number),
        ("parallelism = WORKERS", number),
        ("parallelism", number),
        ("lease = 30", lease),
        ("lease =", lease),
        ("lease(\"30s\")", lease),
        (
            "lease = \"0s\"",
            "`lease` takes a duration longer than zero, and \"0s\" is no time at all; write one such as \
             \"30s\" or \"1h 30m\"",
        ),
        (
            "timeout = \"soon\"",
            "`timeout` takes a duration longer than zero, and \"soon\" is not a duration (expected \
             number at 0); write one such as \"10s\" or \"1h 30m\"",
        ),
        (
            "name = payment",
            "`name` takes a string; write `name = \"AuthorisePayment\"`",
        ),
        (
            "name = \" \"",
            "`name` is empty; write `name = \"AuthorisePayment\"`",
        ),
        (
            "blocking = true",
            "`blocking` is a flag and takes no value; write `blocking`, or leave it out",
        ),
    ];
    for (argument, message) in table {
        refused(&format!("\"A-B\", {argument}"), &[message]);
    }
}

#[test]
fn a_retry_is_a_list_of_its_own() {
    let example = r#"retry(immediate = 2, delayed = 5, base = "1s", max = "1h")"#;
    refused(
        r#""A-B", retry = 3"#,
        &[&format!("`retry` takes a list; write `{example}`")],
    );
    refused(
        r#""A-B", retry()"#,
        &[&format!(
            "`retry()` is empty; write `{example}`, or leave it out"
        )],
    );
    refused(
        r#""A-B", retry(times = 3, immediate = "2", base = "1h", max = "1s")"#,
        &[
            "unknown `retry` argument `times`; expected one of: immediate, delayed, base, max",
            "`immediate` takes a whole number; write `immediate = 2`",
            "`max` is shorter than `base`, the first delay of a retry; make `max` at least as long",
        ],
    );
}

#[test]
fn an_entry_of_emits_names_an_event() {
    let example = r#"emits(PaymentAuthorised, "PaymentFailed")"#;
    refused(
        r#""A-B", emits()"#,
        &[&format!(
            "`emits()` is empty; write `{example}`, or leave it out"
        )],
    );
    refused(
        r#""A-B", emits("", "A-B", 7, A, A)"#,
        &[
            &format!("an entry of `emits` is empty; write `{example}`"),
            "\"A-B\" is not the name of an event type: `-` is not a letter, a digit or `_` (ASCII only); \
         write one such as \"OrderAccepted\"",
            &format!("an event type's name is a string; write `{example}`"),
            "A stands in `emits` twice; write it once",
        ],
    );
    refused(
        r#""A-B", emits(A, , B)"#,
        &[&format!(
            "`emits` takes types that implement `EventBody` and names of event types; write `{example}`"
        )],
    );
}

#[test]
fn an_actor_is_a_struct_or_a_free_function() {
    let neither = "`#[actor]` stands on a struct or on a free function, and this is neither; move it to \
                   one of these";
    for item in [
        "enum A { B }",
        "trait A {}",
        "impl A {}",
        "pub mod a {}",
        "type A = B;",
    ] {
        refused_item(item, &[neither]);
    }
    refused_item(
        "async fn a(&self, a: A) -> Result<(), E> {}",
        &[
            "`a` takes `self`, and an actor is a free function or a struct; move it out of its `impl` or \
         `trait`, or put `#[actor]` on a struct",
        ],
    );
    refused_item(
        "async unsafe fn a(a: A) -> Result<(), E> {}",
        &["`a` is `unsafe`, and an actor is called by the hive; remove `unsafe`"],
    );
}

#[test]
fn an_actor_is_not_generic() {
    let message = "`A` is generic, and an actor is one type that the hive can make by itself; write \
                   concrete types, and `Arc<dyn Trait>` for what differs";
    refused_item("struct A<T>(T);", &[message]);
    refused_item("struct A<'a>(&'a str);", &[message]);
    refused_item("struct A where B: C;", &[message]);
    refused_item("async fn A<T>(a: T) -> Result<(), E> {}", &[message]);
    refused_item(
        "async fn a(a: A, b: impl B) -> Result<(), E> {}",
        &[
            "the type of an argument decides what is passed, and `impl Trait` is no single type; write a \
         concrete one, or `&Arc<dyn Trait>`",
        ],
    );
}

#[test]
fn a_function_is_async_or_blocking() {
    refused_item(
        "fn a(a: A) -> Result<(), E> {}",
        &[
            "`a` is neither `async` nor `blocking`; write `async fn a`, or add `blocking` to its `#[actor]` \
         to run it where it may block",
        ],
    );
    check(
        actor,
        r#""A-B", blocking"#,
        "async fn a(a: A) -> Result<(), E> {}",
        &["`blocking` is for a plain `fn`, and `a` is `async`; remove the one or the other"],
    );
}

#[test]
fn a_function_takes_an_event_and_answers() {
    refused_item(
        "async fn a() -> Result<(), E> {}",
        &[
            "`a` has no arguments, and an actor processes an event; make the first one the event's body, for \
         example `a(order: OrderAccepted)`, or the `Event` itself",
        ],
    );
    refused_item(
        "async fn a(a: A) {}",
        &[
            "`a` returns nothing, and an actor answers with the events that follow or with an error; write \
         `-> Result<(), ActorError>` when no event follows",
        ],
    );
    refused_item(
        "async fn a(a: A, b: &mut B) -> Result<(), E> {}",
        &[
            "the arguments of an actor are shared by all events in flight; write `&T`, or `T` for a clone",
        ],
    );
}

#[test]
fn a_stack_names_each_queue_once_and_blocks_or_does_not() {
    refused_item(
        r#"#[actor("A-B")] #[actor("A-C", blocking)] struct A;"#,
        &[
            "this `#[actor]` is not `blocking` and another one of the same item is; an item does one or the \
         other, so write `blocking` in all of them or in none",
            "this `#[actor]` is not `blocking` and another one of the same item is; an item does one or the \
         other, so write `blocking` in all of them or in none",
            "the actor reads \"A-B\" twice; name another queue, or remove this `#[actor]` and raise \
         `parallelism` in the other",
        ],
    );
    refused_item(
        r#"#[actor = "A-C"] struct A;"#,
        &[
            "`#[actor]` takes a list; write `#[actor(..)]`",
            "`#[actor]` needs the name of the queue the actor reads, first and in quotes; write \
         `#[actor(\"Topic-Subscription\")]`, for example `#[actor(\"OrderAccepted-Payment\")]`",
        ],
    );
}
