//! What is wrong with a `#[pulser]`.

use super::check;
use crate::pulser::pulser;

#[track_caller]
fn refused(arguments: &str, expected: &[&str]) {
    check(pulser, arguments, "struct A;", expected);
}

#[track_caller]
fn refused_item(item: &str, expected: &[&str]) {
    check(pulser, r#""A", every = "1s""#, item, expected);
}

#[test]
fn nothing_is_reported_where_nothing_is_wrong() {
    refused(
        r#""A", every = "1s", jitter = 0, growth = doubly_increasing(max = "1s"),"#,
        &[],
    );
    refused_item("fn a() {}", &[]);
    refused_item("async fn a(b: B, c: &C) -> impl IntoEvents {}", &[]);
}

#[test]
fn a_pulser_names_a_topic_and_a_time() {
    refused(
        "",
        &[
            "`#[pulser]` needs the topic it publishes to, first and in quotes; write `#[pulser(\"Topic\", \
         every = \"5m\")]`",
            "`#[pulser]` needs the time from one pulse to the next; write `every = \"5m\"`",
        ],
    );
    let bad = |name: &str, message: &str| refused(&format!("{name}, every = \"1s\""), &[message]);
    bad(
        "1",
        "the name of a topic is a string; write `#[pulser(\"Topic\", every = \"5m\")]`",
    );
    bad(
        "\"Tick-\"",
        "\"Tick-\" is not the name of a topic: a pulser publishes to a topic, which has no `-`; write \
         \"Tick\"",
    );
    bad(
        "\"Tick-Tock\"",
        "\"Tick-Tock\" is not the name of a topic: a pulser publishes to a topic, which has no `-`; \
         write \"Tick\"",
    );
    bad(
        "\"\"",
        "\"\" is not the name of a topic: a word of it is empty; write one such as \"StockCheckDue\"",
    );
}

#[test]
fn a_value_has_the_type_of_its_argument() {
    let jitter = "`jitter` takes a number from 0 to 1; write `jitter = 0.1`";
    for argument in [
        "jitter = 1.5",
        "jitter = \"0.1\"",
        "jitter = -0.1",
        "jitter",
    ] {
        refused(&format!("\"A\", every = \"1s\", {argument}"), &[jitter]);
    }
    refused(
        r#""A", every = "0s", evry = "1s""#,
        &[
            "unknown `#[pulser]` argument `evry`; expected one of: name, every, growth, jitter",
            "`every` takes a duration longer than zero, and \"0s\" is no time at all; write one such as \
         \"5m\" or \"1h 30m\"",
        ],
    );
}

#[test]
fn a_growth_is_one_of_three_and_has_what_it_needs() {
    let refused = |growth: &str, expected: &[&str]| {
        refused(&format!("\"A\", every = \"1m\", {growth}"), expected);
    };
    refused(
        "growth",
        &[
            "`growth` takes a kind of growth; write `growth = fixed`, `growth = increasing(step = \"1m\", \
         max = \"1h\")` or `growth = doubly_increasing(max = \"1h\")`",
        ],
    );
    refused(
        "growth = exponential",
        &[
            "unknown `growth` argument `exponential`; expected one of: fixed, increasing, doubly_increasing",
        ],
    );
    refused(
        "growth = fixed(max = \"1h\")",
        &["`fixed` is a flag and takes no value; write `fixed`, or leave it out"],
    );
    refused(
        "growth = increasing",
        &["`increasing` takes a list; write `increasing(step = \"1m\", max = \"1h\")`"],
    );
    refused(
        "growth = increasing(pace = 1)",
        &[
            "unknown `increasing` argument `pace`; expected one of: step, max",
            "`increasing` needs `step`; write `step = \"1m\"`",
            "`increasing` needs `max`; write `max = \"1h\"`",
        ],
    );
    refused(
        "growth = doubly_increasing(max = \"1s\")",
        &["`max` is shorter than `every`, where the growth begins; make `max` at least as long"],
    );
}

#[test]
fn a_pulser_is_a_struct_or_a_free_function_without_an_event() {
    refused_item(
        "enum A { B }",
        &[
            "`#[pulser]` stands on a struct or on a free function, and this is neither; move it to one of \
         these",
        ],
    );
    refused_item(
        "fn a<T>(&self, event: Event) {}",
        &[
            "`a` is generic, and a pulser is one type that the hive can make by itself; write concrete \
         types, and `Arc<dyn Trait>` for what differs",
            "`a` takes `self`, and a pulser is a free function or a struct; move it out of its `impl` or \
         `trait`, or put `#[pulser]` on a struct",
            "a pulser is started by time and has no event; remove this argument",
        ],
    );
}

#[test]
fn two_pulsers_of_one_topic_have_names_of_their_own() {
    refused_item(
        r#"#[pulser("A", every = "1h")] struct A;"#,
        &[
            "the pulser publishes to \"A\" twice under one name; give this one a `name` of its own, or \
         remove it",
        ],
    );
    refused_item(
        r#"#[pulser("A", every = "1h", name = "slow")] struct A;"#,
        &[],
    );
}
