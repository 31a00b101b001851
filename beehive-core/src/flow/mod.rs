//! The workflow graph: which actor takes which event, and what follows.

mod dot;
mod graph;
mod mermaid;

pub use self::graph::{Graph, Step};
