//! The binary: what it prints, and how it exits.

use std::{
    collections::BTreeSet,
    process::{Command, Output},
};

fn prismo(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_prismo"))
        .args(arguments.split_whitespace())
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_summary_for_programs_is_one_line_of_json() {
    let output = prismo("--orders 50 --summary json --verbose");
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<_> = text(&output.stdout).lines().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let summary: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
    assert_eq!(summary["orders"], 50);
    assert_eq!(summary["violations"], serde_json::json!([]));
}

#[test]
fn a_summary_for_people_ends_with_the_verdict_and_nothing_else_is_said() {
    let output = prismo("--orders 50");
    assert_eq!(output.status.code(), Some(0));
    let last = text(&output.stdout).lines().last().unwrap();
    assert_eq!(last, "✔ all 50 orders ended right: every invariant holds");
    assert_eq!(text(&output.stderr), "");
}

/// Two items that arrive at once both find the order complete and announce it, each by an event of
/// its own: how many events there are is not told beforehand, but each of them has one line.
#[test]
fn verbose_means_a_line_per_event() {
    let output = prismo("--orders 1 --verbose");
    let printed = text(&output.stderr);
    for event in ["OrderAccepted", "PaymentAuthorised", "OrderShipped"] {
        let line = format!(r#" {event} {{"order":"s1-0000001""#);
        assert!(printed.contains(&line), "{line}: {printed}");
    }
    let ids: Vec<_> = printed
        .lines()
        .map(|line| line.split(" id=").nth(1).expect("every line tells an id"))
        .collect();
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{printed}");
}

#[test]
fn a_run_out_of_time_fails_and_says_so() {
    let output = prismo("--orders 5000 --replenish-delay 600 --timeout 1");
    assert_eq!(output.status.code(), Some(1));
    let last = text(&output.stdout).lines().last().unwrap();
    assert!(last.ends_with("of 5000 orders did not settle"), "{last}");
}

#[test]
fn the_diagram_shows_the_way_of_an_order() {
    let mermaid = prismo("graph");
    assert_eq!(mermaid.status.code(), Some(0));
    assert!(text(&mermaid.stdout).starts_with("flowchart"));
    assert!(text(&mermaid.stdout).contains("t_OrderAccepted --> a_OrderAccepted__Payment"));
    let dot = prismo("graph --format dot");
    assert!(text(&dot.stdout).starts_with("digraph"));
}

#[test]
fn what_is_not_there_is_not_pretended() {
    for (arguments, reason) in [
        ("worker", "which the memory backend cannot share"),
        ("shop", "which the memory backend cannot share"),
        ("check", "which the memory backend cannot share"),
    ] {
        let output = prismo(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        let error = text(&output.stderr);
        assert!(error.contains(reason), "{arguments}: {error}");
        assert!(output.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn services_that_are_not_there_are_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_prismo"))
        .args(["run", "--backend", "cloud"])
        .env("AMQP_URL", "amqp://127.0.0.1:1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env_remove("AWS_ENDPOINT_URL_DYNAMODB")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("127.0.0.1:1"), "{error}");
}
