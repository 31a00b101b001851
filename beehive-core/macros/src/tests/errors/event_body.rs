//! What is wrong with a `#[derive(EventBody)]`.

use super::check;
use crate::tests::event_body;

#[track_caller]
fn refused(item: &str, expected: &[&str]) {
    check(event_body, "", item, expected);
}

#[test]
fn a_body_is_one_type_with_one_name() {
    refused(
        "struct A<T>(T);",
        &["`A` is generic, and an event type is one type with one name; write concrete types"],
    );
    refused(
        "union A { a: u8 }",
        &["a body of an event is a struct or an enum, and this is a `union`; make it one of these"],
    );
    refused(
        "struct Prüfung;",
        &[
            "\"Prüfung\" is not the name of an event type: `ü` is not a letter, a digit or `_` (ASCII only); \
         write one such as \"OrderAccepted\" in `#[event(type = \"..\")]`",
        ],
    );
    refused(
        "#[event(type = \"A-B\")] struct A;",
        &[
            "\"A-B\" is not the name of an event type: `-` is not a letter, a digit or `_` (ASCII only); \
         write one such as \"OrderAccepted\"",
        ],
    );
}

#[test]
fn an_argument_is_known_and_stands_once() {
    refused(
        "#[event] #[event(typ = 1, type = \"A\")] #[event(type = B)] struct A;",
        &[
            "`#[event]` takes a list; write `#[event(type = \"OrderAccepted\", subject = order)]`",
            "unknown `#[event]` argument `typ`; expected one of: type, subject",
            "duplicate `#[event]` argument `type`; write it once",
        ],
    );
    refused(
        "#[event(type = A)] struct A;",
        &["`type` takes a string; write `type = \"OrderAccepted\"`"],
    );
}

#[test]
fn a_subject_is_a_field_of_every_variant() {
    refused(
        "#[event(subject = \"order\")] struct A { order: u8 }",
        &["`subject` takes the name of a field; write `subject = order`"],
    );
    refused(
        "#[event(subject)] struct A { order: u8 }",
        &["`subject` takes the name of a field; write `subject = order_id`"],
    );
    refused(
        "#[event(subject = oder)] struct A { order: u8, total: u8 }",
        &["`A` has no field `oder` to be its subject; expected one of: order, total"],
    );
    refused(
        "#[event(subject = 1)] struct A(u8);",
        &["`A` has no field `1` to be its subject; expected one of: 0"],
    );
    refused(
        "#[event(subject = order)] enum A { B { order: u8 }, C, D { total: u8 } }",
        &[
            "`C` has no field `order` to be its subject; it has no fields; remove `subject`",
            "`D` has no field `order` to be its subject; expected one of: total",
        ],
    );
}
