//! What lies where: the root holds nothing else, and scripts can be run.

use super::tree;

/// All that lies at the root beside hidden files and what is built.
const ROOT: [&str; 13] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "beehive-aws",
    "beehive-core",
    "beehive-rabbit",
    "compose.yaml",
    "docs",
    "samples",
    "tests",
];
/// What the documentation speaks of, and runs without an interpreter before it.
const SCRIPTS: [&str; 4] = [".ci/run", "tests/fuzz/run", "tests/run", "tests/services"];

/// What is at the root and should not be, and what should be and is not.
fn out_of_place(names: &[&str]) -> Vec<String> {
    let visible = names.iter().filter(|name| !name.starts_with('.'));
    let strange = visible
        .filter(|name| !ROOT.contains(name))
        .map(|name| format!("`{name}` does not belong at the root"));
    let missing = ROOT
        .iter()
        .filter(|name| !names.contains(name))
        .map(|name| format!("`{name}` is missing at the root"));
    strange.chain(missing).collect()
}

/// Why a script of these first lines cannot be relied on.
fn unreliable(text: &str) -> Option<&'static str> {
    if !text.starts_with("#!/usr/bin/env bash\n") {
        return Some("begin it with `#!/usr/bin/env bash`");
    }
    if !text.contains("\nset -euo pipefail\n") {
        return Some("a failure within it goes unseen; write `set -euo pipefail`");
    }
    None
}

#[test]
fn this_repository_has_nothing_else_at_its_root() {
    let names = tree::top_level();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    assert_eq!(out_of_place(&names), [""; 0]);
}

#[test]
fn this_repository_has_scripts_that_can_be_run() {
    for script in SCRIPTS {
        let path = tree::root().join(script);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{script}: {error}");
        });
        assert_eq!(unreliable(&text), None, "{script}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "{script} is not executable");
        }
    }
}

#[test]
fn what_is_out_of_place_is_found() {
    assert!(out_of_place(&ROOT).is_empty());
    let mut names = ROOT.to_vec();
    names.push(".editorconfig");
    assert!(out_of_place(&names).is_empty());
    names.push("Makefile");
    names.retain(|name| *name != "docs");
    assert_eq!(out_of_place(&names).len(), 2);
}

#[test]
fn a_script_that_goes_on_after_a_failure_is_found() {
    assert_eq!(
        unreliable("#!/usr/bin/env bash\n# Why.\nset -euo pipefail\n"),
        None
    );
    assert!(unreliable("#!/bin/sh\nset -euo pipefail\n").is_some());
    assert!(unreliable("#!/usr/bin/env bash\nset -e\n").is_some());
}
