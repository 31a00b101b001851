//! Files are short, say what they hold, and hold one thing.

use super::code;
use super::tree::{self, File};

/// The most lines of code in a file: beyond it nobody keeps the whole in mind.
const LINES_MAX: usize = 500;
/// Half of the files have at most so many.
const LINES_MEDIAN_MAX: usize = 150;
/// Names of modules that say nothing about what is in them.
const NAMES_OF_NOTHING: [&str; 7] = [
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "shared_utils",
];

fn too_long(files: &[File]) -> Vec<String> {
    let long = files.iter().filter_map(|file| {
        let lines = code::lines(&file.text).len();
        (lines > LINES_MAX).then(|| {
            format!(
                "{} has {lines} lines of code, {LINES_MAX} are allowed; split it",
                file.path
            )
        })
    });
    long.collect()
}

fn median(files: &[File]) -> usize {
    let mut lengths: Vec<_> = files
        .iter()
        .map(|file| code::lines(&file.text).len())
        .collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}

fn says_nothing_of_itself(file: &File) -> Option<String> {
    let first = file.text.lines().next().unwrap_or("");
    let says = first
        .strip_prefix("//!")
        .is_some_and(|doc| doc.trim().len() >= 10);
    (!says).then(|| {
        format!(
            "{} does not begin with a `//!` line that says what it is",
            file.path
        )
    })
}

fn named_after_nothing(file: &File) -> Option<String> {
    let name = file.path.rsplit('/').find(|part| *part != "mod.rs")?;
    let name = name.trim_end_matches(".rs");
    NAMES_OF_NOTHING
        .contains(&name)
        .then(|| format!("{}: name the module after what it holds", file.path))
}

#[test]
fn this_repository_has_short_files() {
    let sources = tree::sources();
    assert_eq!(too_long(&sources), [""; 0]);
    let median = median(&sources);
    assert!(median <= LINES_MEDIAN_MAX, "the median is {median} lines");
}

#[test]
fn this_repository_has_files_that_say_what_they_are() {
    let files = tree::files(".rs");
    // What a macro expands to has no comments.
    let written = files
        .iter()
        .filter(|file| !file.path.contains("/snapshots/"));
    let findings: Vec<_> = written
        .flat_map(|file| [says_nothing_of_itself(file), named_after_nothing(file)])
        .flatten()
        .collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn a_long_file_is_found() {
    let of = |lines: usize| {
        let text = format!("//! Doc.\n{}", "let a = 1; // why\n\n".repeat(lines));
        [File {
            path: "src/a.rs".into(),
            text,
        }]
    };
    assert!(too_long(&of(LINES_MAX)).is_empty());
    assert_eq!(too_long(&of(LINES_MAX + 1)).len(), 1);
    assert_eq!(median(&of(LINES_MEDIAN_MAX + 1)), LINES_MEDIAN_MAX + 1);
}

#[test]
fn a_file_without_a_first_line_or_with_an_empty_name_is_found() {
    let file = |path: &str, text: &str| File {
        path: path.into(),
        text: text.into(),
    };
    assert!(says_nothing_of_itself(&file("src/a.rs", "use a;\n")).is_some());
    assert!(says_nothing_of_itself(&file("src/a.rs", "//! x\n")).is_some());
    assert!(says_nothing_of_itself(&file("src/a.rs", "//! What a lease is.\n")).is_none());
    assert!(named_after_nothing(&file("src/utils.rs", "")).is_some());
    assert!(named_after_nothing(&file("src/common/mod.rs", "")).is_some());
    assert!(named_after_nothing(&file("src/lease.rs", "")).is_none());
}
