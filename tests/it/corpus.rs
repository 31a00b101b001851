//! Whatever was once given to a parser keeps its promises, again.
//!
//! The functions that `tests/fuzz` runs, on the inputs that are kept there and on some that differ
//! from them a little. See docs/fuzzing.md.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use beehive_core::fuzzing::Target;
use fastrand::Rng;

use crate::tidy::root;

fn targets() -> Vec<Target> {
    let mut targets = Vec::new();
    targets.extend(beehive_core::fuzzing::TARGETS);
    targets.extend(beehive_rabbit::fuzzing::TARGETS);
    targets.extend(beehive_aws::fuzzing::TARGETS);
    targets.sort_unstable_by_key(|(name, _)| *name);
    targets
}

fn folder() -> PathBuf {
    root().join("tests/fuzz")
}

/// The inputs that are kept for a target, by the names of their files.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join("corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut inputs: Vec<_> = files
        .map(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            (name, fs::read(file.path()).unwrap())
        })
        // What `cargo fuzz run` adds to a corpus is called by its hash, and not kept.
        .filter(|(name, _)| !(name.len() == 40 && name.bytes().all(|c| c.is_ascii_hexdigit())))
        .collect();
    inputs.sort();
    inputs
}

/// Why a promise is broken for these bytes, if one is.
fn broken(target: fn(&[u8]), data: &[u8]) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(|| target(data))).err()?;
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Some(text.unwrap_or("it panicked").to_owned())
}

/// An input that differs in a few places: bytes changed, left out, doubled, or taken from another.
fn varied(rng: &mut Rng, input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut data = input.to_vec();
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(..=data.len());
        let to = rng.usize(at..=data.len().min(at + 16));
        match rng.u8(..5) {
            0 => data.truncate(at),
            1 => drop(data.drain(at..to)),
            2 => data.splice(at..at, data[at..to].to_vec()).for_each(drop),
            3 if at < data.len() => data[at] = rng.u8(..),
            _ => {
                let from = rng.usize(..=other.len());
                let piece = &other[from..other.len().min(from + 32)];
                data.splice(at..to, piece.iter().copied()).for_each(drop);
            }
        }
    }
    data
}

#[test]
fn every_input_keeps_its_promises() {
    let mut findings = Vec::new();
    for (name, target) in targets() {
        let inputs = inputs(name);
        assert!(inputs.len() >= 5, "{name} has {} inputs", inputs.len());
        for (file, data) in inputs {
            let found = broken(target, &data);
            findings.extend(found.map(|why| format!("{name}/{file}: {why}")));
        }
    }
    assert_eq!(findings, [""; 0]);
}

#[test]
fn inputs_that_differ_a_little_keep_their_promises() {
    /// Enough to see at once that a check is gone; the fuzzer sees the rest.
    const VARIATIONS: usize = 100;
    let mut findings = Vec::new();
    for (name, target) in targets() {
        let mut rng = Rng::with_seed(4711);
        let inputs = inputs(name);
        for (file, data) in &inputs {
            for number in 0..VARIATIONS {
                let (_, other) = &inputs[rng.usize(..inputs.len())];
                let varied = varied(&mut rng, data, other);
                let found = broken(target, &varied);
                let shown = || varied.escape_ascii();
                findings
                    .extend(found.map(|why| format!("{name}/{file} {number}: {why}\n{}", shown())));
            }
        }
    }
    assert_eq!(findings, [""; 0]);
}

#[test]
fn every_target_has_a_program_and_inputs() {
    let names: BTreeSet<_> = targets()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    let list = |path: &str, ending: &str| -> BTreeSet<String> {
        let files = fs::read_dir(folder().join(path)).unwrap();
        files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .map(|name| name.trim_end_matches(ending).to_owned())
            .collect()
    };
    assert_eq!(list("corpus", ""), names);
    assert_eq!(list("fuzz_targets", ".rs"), names);
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let programs = manifest.lines().filter_map(|line| {
        let path = line.strip_prefix("path = \"fuzz_targets/")?;
        path.strip_suffix(".rs\"")
    });
    assert_eq!(programs.map(str::to_owned).collect::<BTreeSet<_>>(), names);
}

#[test]
fn a_broken_promise_is_found() {
    let picky = |data: &[u8]| assert_ne!(data, b"poison", "that is poison");
    assert_eq!(broken(picky, b"clover"), None);
    assert!(broken(picky, b"poison").unwrap().contains("that is poison"));
}
