//! The graph in Graphviz' DOT language.

use std::fmt::Write as _;

use super::graph::Graph;

/// Events are ellipses, actors are boxes, pulsers are circles; dashed is where a process ends.
pub(super) fn render(graph: &Graph) -> String {
    let mut text = String::from("digraph workflow {\n    rankdir=LR;\n");
    let mut line = |arguments: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        writeln!(text, "    {arguments};").ok();
    };
    let entries: Vec<_> = graph.entries().collect();
    let end_points: Vec<_> = graph.end_points().collect();
    for topic in graph.topics() {
        let style = if entries.contains(&topic) {
            " style=bold"
        } else if end_points.contains(&topic) {
            " style=dashed"
        } else {
            ""
        };
        line(format_args!("{} [shape=ellipse{style}]", quoted(topic)));
    }
    for (pulser, topic) in graph.pulsers() {
        let node = quoted(&format!("pulser {pulser}"));
        line(format_args!(
            "{node} [shape=circle label={}]",
            quoted(pulser)
        ));
        line(format_args!("{node} -> {}", quoted(topic)));
    }
    for step in graph.steps() {
        let node = quoted(step.queue.as_str());
        let subscription = step.queue.subscription().unwrap_or(step.queue.topic());
        let label = if subscription == step.actor {
            step.actor.clone()
        } else {
            format!("{subscription}\n{}", step.actor)
        };
        line(format_args!("{node} [shape=box label={}]", quoted(&label)));
        line(format_args!("{} -> {node}", quoted(step.queue.topic())));
        for event_type in &step.emits {
            line(format_args!("{node} -> {}", quoted(event_type)));
        }
    }
    text.push_str("}\n");
    text
}

fn quoted(name: &str) -> String {
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}
