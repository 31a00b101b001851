//! Whether exchanges and queues are made, or only looked for.

/// Whether exchanges and queues are made, or only looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopologyMode {
    /// What is missing is declared.
    #[default]
    Declare,
    /// What is missing is an error; no configure permission is needed.
    Check,
}
