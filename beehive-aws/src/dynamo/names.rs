//! Partition keys: names, joined so that no two places share one.

use std::sync::Arc;

/// The longest namespace, in bytes.
pub(super) const NAMESPACE_MAX: usize = 64;
/// The longest name of which two fit into a partition key, which has at most 2,048 bytes.
pub(super) const NAME_MAX: usize = 960;
/// The longest sort key of DynamoDB, in bytes.
pub(super) const SORT_MAX: usize = 1024;

/// Makes the partition keys of one namespace.
///
/// A key begins with the namespace and a slash, which no namespace holds, so that a policy can give
/// a tenant its part of a table (`dynamodb:LeadingKeys`).
#[derive(Clone, Debug)]
pub(super) struct Names {
    namespace: Arc<str>,
}

impl Names {
    pub(super) fn new(namespace: &str) -> Self {
        Self {
            namespace: namespace.into(),
        }
    }

    /// The key of what has one name.
    pub(super) fn one(&self, name: &str) -> String {
        format!("{}/={name}", self.namespace)
    }

    /// The key of what has two names. The length of the first one tells where it ends.
    pub(super) fn two(&self, first: &str, second: &str) -> String {
        format!("{}/{}:{first}{second}", self.namespace, first.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_names_fit() {
        let names = Names::new(&"n".repeat(NAMESPACE_MAX));
        let name = "x".repeat(NAME_MAX);
        assert!(names.two(&name, &name).len() <= 2048);
        assert!(names.one(&"x".repeat(SORT_MAX)).len() <= 2048);
    }

    #[test]
    fn keys_are_as_documented() {
        let names = Names::new("shop");
        assert_eq!(names.one("orders"), "shop/=orders");
        assert_eq!(names.two("ready", "order-1"), "shop/5:readyorder-1");
        assert_eq!(Names::new("").one("orders"), "/=orders");
    }

    /// What a key is made of.
    #[derive(Clone, Debug, PartialEq)]
    enum Place {
        One(String, String),
        Two(String, String, String),
    }

    impl Place {
        fn key(&self) -> String {
            match self {
                Self::One(namespace, name) => Names::new(namespace).one(name),
                Self::Two(namespace, first, second) => Names::new(namespace).two(first, second),
            }
        }
    }

    /// Places of a few characters that are special here, so that collisions would be found.
    fn places() -> impl Strategy<Value = Place> {
        let namespace = "[a1]{0,2}";
        let name = "[a1:/=]{1,4}";
        prop_oneof![
            (namespace, name).prop_map(|(namespace, name)| Place::One(namespace, name)),
            (namespace, name, name)
                .prop_map(|(namespace, first, second)| Place::Two(namespace, first, second)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn other_places_have_other_keys(one in places(), two in places()) {
            prop_assert_eq!(one == two, one.key() == two.key());
        }
    }
}
