//! The workflow, as declared.

use beehive_core::queue::memory::MemoryQueue;
use beehive_core::schedule::{Interval, PulserDescriptor};

use crate::support::{MINUTE, actor, done, hive};

#[test]
fn the_graph_shows_entries_steps_pulsers_and_end_points() {
    let tick = PulserDescriptor::new("tick", "Tick", Interval::fixed(MINUTE), |_| None);
    let graph = beehive_core::flow::Graph::new(
        [
            &actor("Start-Pay", |_| done()).with_emits(["Paid"]),
            &actor("Paid-Ship", |_| done()),
        ],
        [&tick],
        ["Start"],
    );
    assert_eq!(graph.entries().collect::<Vec<_>>(), ["Start"]);
    assert_eq!(graph.end_points().collect::<Vec<_>>(), ["Next", "Tick"]);
    assert_eq!(graph.unannounced().count(), 0);
    assert_eq!(graph.pulsers().collect::<Vec<_>>(), [("tick", "Tick")]);
    for text in [graph.mermaid(), graph.dot()] {
        for expected in ["Start", "Paid", "Ship", "Pay", "tick", "Tick"] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }
    assert!(graph.mermaid().starts_with("flowchart"));
    assert!(graph.dot().starts_with("digraph"));
}

#[test]
fn the_graph_of_a_hive_does_not_depend_on_the_order_of_its_actors() {
    let pay = || actor("Start-Pay", |_| done());
    let ship = || actor("Next-Ship", |_| done());
    let build = |first, second| {
        let hive = hive(MemoryQueue::default())
            .register(first)
            .register(second);
        hive.build().unwrap().graph().mermaid()
    };
    assert_eq!(build(pay(), ship()), build(ship(), pay()));
}
