//! Settings of single actors from outside the code.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::factory::FactorySettings;
use crate::hive::Finding;

/// What every name starts with.
const PREFIX: &str = "BEEHIVE_ACTOR_";

/// Overrides as read from the environment: `BEEHIVE_ACTOR_<NAME>_<SETTING>`.
#[derive(Clone, Debug, Default)]
pub(super) struct Overrides {
    overrides: Vec<Override>,
    findings: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct Override {
    variable: String,
    actor: String,
    setting: Setting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    Parallelism(NonZeroUsize),
    Lease(Duration),
    Timeout(Duration),
}

impl Overrides {
    /// Reads them; other variables mean nothing.
    pub(super) fn read(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut all = Self::default();
        for (variable, value) in variables {
            let Some(rest) = variable.strip_prefix(PREFIX) else {
                continue;
            };
            match parse(rest, &value) {
                Ok((actor, setting)) => all.overrides.push(Override {
                    actor: actor.to_owned(),
                    variable,
                    setting,
                }),
                Err(message) => all.findings.push((variable, message)),
            }
        }
        all
    }

    /// The settings of an actor, with what is overridden.
    pub(super) fn apply(&self, actor: &str, mut settings: FactorySettings) -> FactorySettings {
        let name = variable_name(actor);
        for found in self.overrides.iter().filter(|found| found.actor == name) {
            settings = match found.setting {
                Setting::Parallelism(parallelism) => settings.with_parallelism(parallelism),
                Setting::Lease(lease) => settings.with_lease(lease),
                Setting::Timeout(timeout) => settings.with_timeout(timeout),
            };
        }
        settings
    }

    /// What could not be read, or names none of these actors.
    pub(super) fn findings<'a>(&self, actors: impl Iterator<Item = &'a str>) -> Vec<Finding> {
        let known: Vec<String> = actors.map(variable_name).collect();
        let unread = self
            .findings
            .iter()
            .map(|(name, message)| Finding::BadOverride {
                name: name.clone(),
                message: message.clone(),
            });
        let unknown = self
            .overrides
            .iter()
            .filter(|found| !known.contains(&found.actor))
            .map(|found| Finding::BadOverride {
                name: found.variable.clone(),
                message: format!("there is no such actor; there are {}", known.join(", ")),
            });
        unread.chain(unknown).collect()
    }
}

fn parse<'a>(name: &'a str, value: &str) -> Result<(&'a str, Setting), String> {
    let duration = |value: &str| match humantime::parse_duration(value) {
        Ok(duration) if duration.is_zero() => Err(format!("`{value}` is no time at all")),
        Ok(duration) => Ok(duration),
        Err(error) => Err(format!(
            "`{value}` is not a duration such as `30s`: {error}"
        )),
    };
    if let Some(actor) = name.strip_suffix("_PARALLELISM") {
        let parallelism = value
            .parse()
            .map_err(|_| format!("`{value}` is not a number of 1 or more"))?;
        return Ok((actor, Setting::Parallelism(parallelism)));
    }
    if let Some(actor) = name.strip_suffix("_LEASE") {
        return Ok((actor, Setting::Lease(duration(value)?)));
    }
    if let Some(actor) = name.strip_suffix("_TIMEOUT") {
        return Ok((actor, Setting::Timeout(duration(value)?)));
    }
    Err("it ends in none of `_PARALLELISM`, `_LEASE`, `_TIMEOUT`".to_owned())
}

/// `AuthorisePayment` as `AUTHORISE_PAYMENT`.
fn variable_name(actor: &str) -> String {
    let mut name = String::with_capacity(actor.len() + 4);
    let mut previous_lower = false;
    for character in actor.chars() {
        if character.is_ascii_uppercase() && previous_lower {
            name.push('_');
        }
        previous_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        if character.is_ascii_alphanumeric() {
            name.push(character.to_ascii_uppercase());
        } else {
            name.push('_');
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Overrides {
        Overrides::read(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn an_actor_is_overridden_by_its_name() {
        let overrides = read(&[
            ("BEEHIVE_ACTOR_AUTHORISE_PAYMENT_PARALLELISM", "3"),
            ("BEEHIVE_ACTOR_AUTHORISE_PAYMENT_TIMEOUT", "5s"),
            ("BEEHIVE_ACTOR_OTHER_LEASE", "1m"),
            ("PATH", "/bin"),
        ]);
        let settings = overrides.apply("AuthorisePayment", FactorySettings::default());
        assert_eq!(settings.parallelism().get(), 3);
        assert_eq!(settings.timeout(), Duration::from_secs(5));
        assert_eq!(settings.lease(), FactorySettings::default().lease());
        assert!(
            overrides
                .findings(["AuthorisePayment", "other"].into_iter())
                .is_empty()
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let overrides = read(&[
            ("BEEHIVE_ACTOR_PAY_PARALLELISM", "0"),
            ("BEEHIVE_ACTOR_PAY_LEASE", "soon"),
            ("BEEHIVE_ACTOR_PAY_TIMEOUT", "0s"),
            ("BEEHIVE_ACTOR_PAY_COLOUR", "red"),
            ("BEEHIVE_ACTOR_PAYY_PARALLELISM", "3"),
        ]);
        let findings = overrides.findings(["Pay"].into_iter());
        assert_eq!(findings.len(), 5, "{findings:?}");
        assert!(findings[4].to_string().contains("PAYY"), "{}", findings[4]);
    }

    #[test]
    fn names_become_variables() {
        for (actor, variable) in [
            ("AuthorisePayment", "AUTHORISE_PAYMENT"),
            ("send_email", "SEND_EMAIL"),
            ("SendEMail", "SEND_EMAIL"),
            ("Step2Done", "STEP2_DONE"),
        ] {
            assert_eq!(variable_name(actor), variable);
        }
    }
}
