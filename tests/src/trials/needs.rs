//! What a trial needs, and whether it is there.

/// A service that is there when a variable of the environment is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service(&'static str);

impl Service {
    /// The broker that all tests share.
    pub const SHARED_BROKER: Self = Self::behind("AMQP_URL");
    /// Brokers that belong to one test each.
    pub const PRIVATE_BROKERS: Self = Self::behind("BEEHIVE_SERVICES");
    /// The emulator of AWS that all tests share. Where only AWS itself is to be had, there is none:
    /// tests do not run up a bill.
    pub const AWS: Self = Self::behind("AWS_ENDPOINT_URL");
    /// An emulator that deletes a value of S3 only in a given version.
    pub const S3_DELETES: Self = Self::behind("BEEHIVE_S3_DELETES_URL");

    /// The service to which this variable leads.
    pub const fn behind(variable: &'static str) -> Self {
        Self(variable)
    }

    /// Whether it is there.
    pub fn is_there(self) -> bool {
        missing(&[self], environment).is_none()
    }
}

/// A variable of this process's environment.
pub(super) fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Why a trial with these needs cannot run in this environment; `None` when it can.
pub(super) fn missing(
    needs: &[Service],
    variable: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let names: Vec<_> = needs
        .iter()
        .map(|service| service.0)
        .filter(|name| variable(name).is_none_or(|value| value.is_empty()))
        .collect();
    (!names.is_empty()).then(|| format!("needs {}", names.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let one = Service::behind("ONE");
        let two = Service::behind("TWO");
        for (needs, set, expected) in [
            (vec![], vec![], None),
            (vec![one], vec![("ONE", "1")], None),
            (vec![one, two], vec![("ONE", "1"), ("TWO", "2")], None),
            (vec![one], vec![], Some("needs ONE")),
            (vec![one], vec![("ONE", "")], Some("needs ONE")),
            (vec![one, two], vec![("ONE", "1")], Some("needs TWO")),
            (vec![one, two], vec![], Some("needs ONE and TWO")),
        ] {
            let variable = |name: &str| {
                let found = set.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(missing(&needs, variable).as_deref(), expected);
        }
    }
}
