//! The summary is read by programs: its fields and its digest are pinned.

use super::*;
use crate::domain::Seed;

fn facts() -> BTreeMap<OrderId, OrderFacts> {
    let shipped = OrderFacts {
        status: Status::Shipped,
        charges: 1,
        shipments: 1,
        emails: 1,
        parked_items: 2,
        ..OrderFacts::default()
    };
    let failed = OrderFacts {
        status: Status::Cancelled(CancelReason::PaymentFailed),
        ..OrderFacts::default()
    };
    let fraud = OrderFacts {
        status: Status::Cancelled(CancelReason::Fraud),
        charges: 1,
        refunds: 1,
        ..OrderFacts::default()
    };
    let ids = (1..).map(|place| OrderId::new(Seed::new(1), place));
    ids.zip([shipped, failed, fraud]).collect()
}

fn summary(facts: &BTreeMap<OrderId, OrderFacts>, violations: &[&str]) -> Summary {
    let traffic = Traffic {
        events_processed: 17,
        redelivered: 2,
        dead_lettered: 0,
    };
    let violations = violations
        .iter()
        .map(|&violation| violation.to_owned())
        .collect();
    Summary::new(
        3,
        facts,
        traffic,
        Duration::from_micros(1_234_567),
        violations,
    )
}

#[test]
fn the_json_line_has_its_keys_in_order() {
    let json = summary(&facts(), &["order x is wrong"]).to_json().unwrap();
    let expected = r#"{"orders":3,"shipped":1,"cancelled":2,"payment_failed":1,"fraud":1,"backordered":1,"refunded":1,"emails":1,"events_processed":17,"redelivered":2,"dead_lettered":0,"elapsed_seconds":1.234,"violations":["order x is wrong"],"digest":"DIGEST"}"#;
    assert_eq!(json, expected.replace("DIGEST", &digest(&facts())));
}

#[test]
fn the_digest_is_over_the_lines_it_documents() {
    // printf 's1-0000001 shipped 1 0 1 1\ns1-0000002 cancelled 0 0 0 0\ns1-0000003 cancelled 1 1 0 0\n' | sha256sum
    assert_eq!(
        digest(&facts()),
        "3b6dd8a62a5dbaaa9f37601bb89e4d126f10a24c9ef897249111be151b40f956"
    );
}

#[test]
fn the_digest_tells_apart_what_was_done_and_not_how_long_it_took_to_get_the_goods() {
    let mut other = facts();
    other.first_entry().unwrap().get_mut().parked_items = 0;
    assert_eq!(digest(&other), digest(&facts()));
    other.first_entry().unwrap().get_mut().emails = 2;
    assert_ne!(digest(&other), digest(&facts()));
}

#[test]
fn success_needs_every_order_settled_and_no_violation() {
    let mut unsettled = facts();
    unsettled.first_entry().unwrap().get_mut().status = Status::Placed;
    let code = |summary: Summary| format!("{:?}", summary.exit_code());
    assert_eq!(
        code(summary(&facts(), &[])),
        format!("{:?}", ExitCode::SUCCESS)
    );
    assert_eq!(
        code(summary(&facts(), &["wrong"])),
        format!("{:?}", ExitCode::FAILURE)
    );
    assert_eq!(
        code(summary(&unsettled, &[])),
        format!("{:?}", ExitCode::FAILURE)
    );
}

#[test]
fn an_order_nobody_knows_of_is_not_settled() {
    let summary = summary(&BTreeMap::new(), &[]);
    assert_eq!(summary.unsettled(), 3);
    assert_eq!(
        format!("{:?}", summary.exit_code()),
        format!("{:?}", ExitCode::FAILURE)
    );
}

#[test]
fn the_table_ends_with_the_verdict() {
    let last = |summary: Summary| summary.to_table().lines().last().unwrap().to_owned();
    let mut unsettled = facts();
    unsettled.first_entry().unwrap().get_mut().status = Status::Placed;
    assert_eq!(
        last(summary(&facts(), &[])),
        "✔ all 3 orders ended right: every invariant holds"
    );
    assert_eq!(
        last(summary(&facts(), &["wrong", "wrong too"])),
        "✘ 2 violations: see above"
    );
    assert_eq!(
        last(summary(&unsettled, &["wrong"])),
        "✘ 1 of 3 orders did not settle"
    );
}

#[test]
fn a_run_gone_wrong_altogether_does_not_list_everything() {
    let table = summary(&facts(), &["wrong"; 50]).to_table();
    assert!(table.contains("✗ and 30 more"), "{table}");
}
