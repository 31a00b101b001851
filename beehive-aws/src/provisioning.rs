//! Whether a store makes what it needs.

/// What is done about tables and buckets when stores are opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProvisioningMode {
    /// Makes what is missing and waits until it is there. Needs the right to.
    Create,
    /// Checks that all is there as it should be, and says what is not.
    #[default]
    Check,
    /// Asks nothing, for workers that start often or may not even look.
    Trust,
}
