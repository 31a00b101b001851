//! The graph as a Mermaid flowchart.

use std::fmt::Write as _;

use super::graph::Graph;

/// Events are rounded, actors are boxes, pulsers are circles; dashed is where a process ends.
pub(super) fn render(graph: &Graph) -> String {
    let mut text = String::from("flowchart LR\n");
    let mut line = |arguments: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        writeln!(text, "    {arguments}").ok();
    };
    for topic in graph.topics() {
        line(format_args!("t_{topic}([{topic}])"));
    }
    for (pulser, topic) in graph.pulsers() {
        let id = id(pulser);
        line(format_args!("p_{id}((\"{}\"))", label(pulser)));
        line(format_args!("p_{id} --> t_{topic}"));
    }
    for step in graph.steps() {
        let id = id(step.queue.as_str());
        let subscription = step.queue.subscription().unwrap_or(step.queue.topic());
        if subscription == step.actor {
            line(format_args!("a_{id}[\"{}\"]", label(&step.actor)));
        } else {
            line(format_args!(
                "a_{id}[\"{subscription}<br/><i>{}</i>\"]",
                label(&step.actor)
            ));
        }
        line(format_args!("t_{} --> a_{id}", step.queue.topic()));
        for event_type in &step.emits {
            line(format_args!("a_{id} --> t_{event_type}"));
        }
    }
    line(format_args!("classDef entry stroke-width:3px"));
    for topic in graph.entries() {
        line(format_args!("class t_{topic} entry"));
    }
    line(format_args!("classDef endpoint stroke-dasharray:4 3"));
    for topic in graph.end_points() {
        line(format_args!("class t_{topic} endpoint"));
    }
    text
}

/// A name as an identifier.
fn id(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '_', "__")
}

/// A name within quotes.
fn label(name: &str) -> String {
    name.replace('"', "#quot;")
}
