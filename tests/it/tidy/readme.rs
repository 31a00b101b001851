//! What the documentation tells people to type works.

use super::packages::{self, Package};
use super::tree;

/// The commands of a document: the lines of its `sh` blocks.
fn commands(document: &str) -> Vec<&str> {
    let mut commands = Vec::new();
    let mut in_shell = false;
    for line in document.lines() {
        if let Some(language) = line.trim().strip_prefix("```") {
            in_shell = !in_shell && ["sh", "bash", "console"].contains(&language);
        } else if in_shell && !line.trim().is_empty() && !line.starts_with('#') {
            commands.push(line.trim_start_matches("$ ").trim());
        }
    }
    commands
}

/// Why a command cannot work; `exists` tells of a path below the root.
fn cannot_work(
    command: &str,
    packages: &[&Package],
    exists: impl Fn(&str) -> bool,
) -> Option<String> {
    let command = command.split(" #").next().unwrap_or("").trim();
    let words: Vec<_> = command
        .split_whitespace()
        // `NAME=value` before a command.
        .skip_while(|word| word.contains('='))
        .collect();
    let (program, arguments) = words.split_first()?;
    if program.contains('/') {
        let path = program.trim_start_matches("./");
        return (!exists(path)).then(|| format!("`{command}`: there is no {path}"));
    }
    if *program != "cargo" {
        return None;
    }
    let value_of = |flag: &str| {
        let at = arguments.iter().position(|argument| *argument == flag)?;
        arguments.get(at + 1).copied()
    };
    if let Some(name) = value_of("-p")
        && !packages.iter().any(|package| package.name == name)
    {
        return Some(format!("`{command}`: there is no package {name}"));
    }
    let mut targets = packages.iter().flat_map(|package| &package.targets);
    if let Some(name) = value_of("--bin")
        && !targets
            .any(|target| target.name == name && target.kind.iter().any(|kind| kind == "bin"))
    {
        return Some(format!("`{command}`: there is no binary {name}"));
    }
    None
}

#[test]
fn this_repository_tells_people_to_type_what_works() {
    let packages: Vec<_> = packages::metadata().members().collect();
    let exists = |path: &str| tree::root().join(path).is_file();
    let findings: Vec<_> = tree::files(".md")
        .iter()
        .flat_map(|file| commands(&file.text))
        .filter_map(|command| cannot_work(command, &packages, exists))
        .collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn this_repository_tells_how_to_run_the_sample_and_the_tests() {
    let readme = std::fs::read_to_string(tree::root().join("README.md")).unwrap();
    let commands = commands(&readme);
    for needed in ["cargo run --release -p prismo-ecommerce", "tests/run"] {
        let is_there = commands.iter().any(|command| command.starts_with(needed));
        assert!(is_there, "README.md does not say `{needed}`");
    }
}

#[test]
fn commands_stand_in_shell_blocks() {
    let document = "`cargo a`\n```rust\ncargo b\n```\n```sh\n# why\n$ cargo c\n\ntests/run # d\n```\ncargo e\n";
    assert_eq!(commands(document), ["cargo c", "tests/run # d"]);
}

#[test]
fn a_command_that_cannot_work_is_found() {
    let package = Package::called("shop");
    let check = |command: &str| cannot_work(command, &[&package], |path| path == "tests/run");
    for works in [
        "cargo run -p shop",
        "A=1 ./tests/run --x # why",
        "docker ps",
        "tests/run",
    ] {
        assert_eq!(check(works), None);
    }
    for fails in ["cargo run -p shup", "cargo run --bin shop", "tests/rnu"] {
        assert!(check(fails).is_some(), "{fails}");
    }
}
