//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file, by its path below the root, with `/`.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

/// What is built, and what belongs to tools.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().to_path_buf()
}

/// The names at the root, except of what is built and of hidden files.
pub(super) fn top_level() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !LEFT_OUT.contains(&name.as_str()))
        .collect();
    names.sort();
    names
}

/// Every file whose name ends so, in the order of their paths.
pub(super) fn files(ending: &str) -> Vec<File> {
    let mut files = Vec::new();
    collect(&root(), ending, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!files.is_empty(), "no file ends in `{ending}`");
    files
}

/// The Rust files that belong to a published or shown crate, without their tests.
pub(super) fn sources() -> Vec<File> {
    let mut files = files(".rs");
    files.retain(|file| is_source(&file.path));
    files
}

/// Whether a file is part of a program rather than of its tests.
pub(super) fn is_source(path: &str) -> bool {
    let mut parts = path.split('/');
    let of_tests = parts.clone().any(|part| part == "tests.rs")
        || parts.clone().skip(1).any(|part| part == "tests");
    !of_tests && parts.any(|part| part == "src")
}

fn collect(folder: &Path, ending: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !LEFT_OUT.contains(&name) {
                collect(&path, ending, files);
            }
        } else if name.ends_with(ending) {
            let below_root = path.strip_prefix(root()).unwrap();
            files.push(File {
                path: below_root.to_str().unwrap().replace('\\', "/"),
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

#[test]
fn a_source_is_no_test() {
    for source in [
        "beehive-core/src/lib.rs",
        "tests/src/lib.rs",
        "tests/src/bin/bench/main.rs",
        "beehive-core/src/testing/harness.rs",
    ] {
        assert!(is_source(source), "{source}");
    }
    for test in [
        "beehive-core/tests/memory_queue.rs",
        "beehive-core/src/store/collection/tests.rs",
        "beehive-core/macros/src/tests/errors/actor.rs",
        "tests/it/main.rs",
        "tests/ui/pass/pulser.rs",
    ] {
        assert!(!is_source(test), "{test}");
    }
}
