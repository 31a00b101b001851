//! The environment of a process, as far as it leads to services.

/// Variables that lead a process to its services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Environment(Vec<(String, String)>);

impl Environment {
    /// With one more variable.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// All of them.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads what `tests/services env` prints.
    pub(crate) fn of_exports(printed: &str) -> Self {
        let mut environment = Self::default();
        for line in printed.lines() {
            let Some(exports) = line.strip_prefix("export ") else {
                continue;
            };
            for export in exports.split(' ') {
                if let Some((name, value)) = export.split_once('=') {
                    environment = environment.with(name, value.trim_matches('\''));
                }
            }
        }
        environment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_read() {
        let printed = "export A='http://x:1/%2f'\nunset B\nexport C=d E=f\n";
        let read = Environment::of_exports(printed).with("C", "g");
        let variables: Vec<_> = read.variables().collect();
        assert_eq!(variables, [("A", "http://x:1/%2f"), ("E", "f"), ("C", "g")]);
    }
}
