//! Discovery: the actors that the linked crates declare.

use crate::actor::{Actor, ActorDescriptor};

/// What `#[actor(…)]` leaves behind for the hive to find.
#[derive(Clone, Copy, Debug)]
pub struct ActorRegistration {
    module: &'static str,
    descriptors: fn() -> Vec<ActorDescriptor>,
}

impl ActorRegistration {
    /// Registers an actor declared in this module.
    #[must_use]
    pub const fn new<A: Actor>(module: &'static str) -> Self {
        Self {
            module,
            descriptors: A::descriptors,
        }
    }
}

inventory::collect!(ActorRegistration);

/// Every declared actor of the program whose module lies in one of these, sorted by queue and name:
/// the linker's order means nothing.
pub(crate) fn discovered(within: &[&str]) -> Vec<ActorDescriptor> {
    let mut descriptors: Vec<_> = inventory::iter::<ActorRegistration>
        .into_iter()
        .filter(|registration| lies_within(registration.module, within))
        .flat_map(|registration| (registration.descriptors)())
        .collect();
    descriptors.sort_by(|a, b| (a.queue(), a.name()).cmp(&(b.queue(), b.name())));
    descriptors
}

/// Whether a module is one of these or below one; no list allows all.
pub(crate) fn lies_within(module: &str, within: &[&str]) -> bool {
    within.is_empty()
        || within.iter().any(|outer| {
            module
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_lies_within_itself_and_those_above() {
        assert!(lies_within("shop::actors::pay", &[]));
        assert!(lies_within("shop::actors::pay", &["shop"]));
        assert!(lies_within("shop::actors", &["other", "shop::actors"]));
        assert!(!lies_within("shop::actors", &["shop::act"]));
    }
}
