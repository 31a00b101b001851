//! However often something is announced, it is one event. Pure.

use std::collections::BTreeSet;

use super::super::record::Seen;
use super::super::scenario::Scenario;

/// Types of events of which there are more, or fewer, than there should be.
pub(super) fn violations(scenario: &Scenario, seen: &Seen) -> Vec<String> {
    let (mut placed, mut orders, mut items) = (0, 0, 0);
    for order in scenario.placed() {
        placed += 1;
        if order.kind.is_shipped() {
            orders += 1;
            items += order.items as usize;
        }
    }
    let should = [
        ("OrderPlaced", placed),
        ("ItemRequested", items),
        ("ItemReserved", items),
        ("OrderCompleted", orders),
        ("OrderShipped", orders),
        ("OrderRated", orders),
    ];
    let differing = should.into_iter().filter_map(|(event_type, should)| {
        let is = seen.published.get(event_type).map_or(0, BTreeSet::len);
        (is != should).then(|| format!("{is} different {event_type} were published, not {should}"))
    });
    differing.collect()
}
