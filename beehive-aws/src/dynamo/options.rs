//! Where on DynamoDB the stores are.

use std::collections::BTreeMap;
use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};

use super::capacity::{Capacity, DynamoTable};
use super::names::NAMESPACE_MAX;
use crate::ProvisioningMode;

/// The longest name of a table has 255 characters; the longest suffix of ours has 11.
const PREFIX_MAX: usize = 240;

/// Where on DynamoDB the stores are, and how they get there.
///
/// ```
/// use beehive_aws::ProvisioningMode;
/// use beehive_aws::dynamo::DynamoOptions;
///
/// let options = DynamoOptions::default()
///     .with_table_prefix("shop-test")
///     .with_namespace("tenant-7")
///     .with_provisioning(ProvisioningMode::Create);
/// assert_eq!(options.table_prefix(), "shop-test");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamoOptions {
    table_prefix: String,
    namespace: String,
    provisioning: ProvisioningMode,
    clock_tolerance: Duration,
    kms_key: Option<String>,
    capacity: Capacity,
    capacities: BTreeMap<DynamoTable, Capacity>,
}

impl Default for DynamoOptions {
    /// Tables `beehive-…`, no namespace, tables are checked and not created. Those that are created are
    /// on demand.
    fn default() -> Self {
        Self {
            table_prefix: "beehive".into(),
            namespace: String::new(),
            provisioning: ProvisioningMode::default(),
            clock_tolerance: Duration::from_secs(1),
            kms_key: None,
            capacity: Capacity::default(),
            capacities: BTreeMap::new(),
        }
    }
}

impl DynamoOptions {
    /// What the names of the tables begin with. One prefix is one installation: tables are made,
    /// paid for, backed up and deleted on their own.
    #[must_use]
    pub fn with_table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.table_prefix = prefix.into();
        self
    }

    /// What the partition keys begin with. Hives with different namespaces share tables and see
    /// nothing of each other; it costs nothing, and a policy can tell them apart.
    #[must_use]
    pub fn with_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// What is done about tables that are not there.
    #[must_use]
    pub fn with_provisioning(mut self, provisioning: ProvisioningMode) -> Self {
        self.provisioning = provisioning;
        self
    }

    /// By how much the clocks of processes may differ. A lock can be taken so much later than it
    /// ends for its holder, and an inbox remembers so much longer.
    #[must_use]
    pub fn with_clock_tolerance(mut self, tolerance: Duration) -> Self {
        self.clock_tolerance = tolerance;
        self
    }

    /// Encrypts the tables that are made with this key of the Key Management Service, instead of one
    /// that DynamoDB owns. Costs a request to that service now and then.
    #[must_use]
    pub fn with_kms_key(mut self, key: impl Into<String>) -> Self {
        self.kms_key = Some(key.into());
        self
    }

    /// What each table is paid by that is made.
    #[must_use]
    pub fn with_capacity(mut self, capacity: Capacity) -> Self {
        self.capacity = capacity;
        self
    }

    /// What this table is paid by if it is made, whatever the others are.
    #[must_use]
    pub fn with_table_capacity(mut self, table: DynamoTable, capacity: Capacity) -> Self {
        self.capacities.insert(table, capacity);
        self
    }

    /// What the names of the tables begin with.
    pub fn table_prefix(&self) -> &str {
        &self.table_prefix
    }

    /// What the partition keys begin with.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What is done about tables that are not there.
    pub fn provisioning(&self) -> ProvisioningMode {
        self.provisioning
    }

    /// By how much the clocks of processes may differ.
    pub fn clock_tolerance(&self) -> Duration {
        self.clock_tolerance
    }

    /// What a table is paid by that is made.
    pub fn capacity(&self, table: DynamoTable) -> Capacity {
        let own = self.capacities.get(&table);
        own.copied().unwrap_or(self.capacity)
    }

    pub(super) fn kms_key(&self) -> Option<&str> {
        self.kms_key.as_deref()
    }

    /// Whether names can be made of this.
    pub(super) fn check(&self) -> Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let refused = |what: &'static str, given: &str| {
            Error::new(ErrorKind::Configuration, what).with_context("given", given)
        };
        let length = self.table_prefix.len();
        if !(1..=PREFIX_MAX).contains(&length) || !self.table_prefix.chars().all(plain) {
            return Err(refused(
                "a table prefix has 1 to 240 letters, digits, hyphens, underscores or dots",
                &self.table_prefix,
            ));
        }
        if self.namespace.len() > NAMESPACE_MAX || !self.namespace.chars().all(plain) {
            return Err(refused(
                "a namespace has at most 64 letters, digits, hyphens, underscores or dots",
                &self.namespace,
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_table_has_the_capacity_of_its_own_or_else_that_of_all() {
        let units = |units| Capacity::Provisioned {
            reads: NonZeroU32::new(units).unwrap(),
            writes: NonZeroU32::MIN,
        };
        let options = DynamoOptions::default()
            .with_table_capacity(DynamoTable::Lock, Capacity::OnDemand)
            .with_table_capacity(DynamoTable::Inbox, units(50))
            .with_capacity(units(5));
        for (table, capacity) in [
            (DynamoTable::Collection, units(5)),
            (DynamoTable::KeyList, units(5)),
            (DynamoTable::Counter, units(5)),
            (DynamoTable::Lock, Capacity::OnDemand),
            (DynamoTable::Inbox, units(50)),
        ] {
            assert_eq!(options.capacity(table), capacity, "{table:?}");
        }
    }

    #[test]
    fn only_names_that_can_be_used_are_taken() {
        let with = |prefix: &str, namespace: &str| {
            let options = DynamoOptions::default()
                .with_table_prefix(prefix)
                .with_namespace(namespace);
            options.check().map_err(|error| error.kind())
        };
        assert_eq!(with("shop_1.test-a", "tenant-7"), Ok(()));
        assert_eq!(with("a", ""), Ok(()));
        for (prefix, namespace) in [
            ("", ""),
            ("a/b", ""),
            ("gr\u{fc}n", ""),
            (&*"a".repeat(241), ""),
            ("a", "a/b"),
            ("a", "a b"),
            ("a", &"a".repeat(65)),
        ] {
            let refused = with(prefix, namespace);
            assert_eq!(
                refused,
                Err(ErrorKind::Configuration),
                "{prefix} {namespace}"
            );
        }
    }
}
