//! Tests do not wait for the clock, and are not set aside.
//!
//! A test that sleeps is slow when it passes and wrong when the machine is busy. Time in tests is
//! tokio's, paused: an hour takes a millisecond. Where a test needs real threads it waits for what
//! it needs, not for a while.

use super::code;
use super::tree::{self, File};

/// Files that may sleep, each with its reason.
const MAY_SLEEP: [(&str, &str); 10] = [
    (
        "beehive-core/tests/broken_backends/receiver.rs",
        "a queue that waits too long is what it is; the suite runs it on a paused clock",
    ),
    (
        "beehive-core/tests/hive/isolation.rs",
        "an actor that computes for ever needs real threads; the test looks again until it is so",
    ),
    (
        "beehive-core/tests/hive/observers.rs",
        "a log that blocks needs real threads; the test looks again until it is so",
    ),
    (
        "beehive-core/tests/hive/parallelism.rs",
        "its actors take a second of whatever clock, and every test of it pauses that",
    ),
    (
        "beehive-core/tests/hive/support/faults.rs",
        "for tests that pause the clock",
    ),
    (
        "beehive-core/tests/hive/support/mod.rs",
        "for tests that pause the clock",
    ),
    (
        "samples/prismo-ecommerce/tests/it/faults.rs",
        "each run has a runtime of its own, with a paused clock",
    ),
    (
        "tests/rabbit/hive/outages.rs",
        "an alarm has to last longer than every time-out that must not fire",
    ),
    (
        "tests/rabbit/receiving/buffer.rs",
        "a reader that looks now and then has to be away in between",
    ),
    (
        "tests/rabbit/receiving/consumer_timeout.rs",
        "the broker's own time-out has to pass",
    ),
];

/// Sleeps of tests that do not stand on a paused clock.
fn sleeps(file: &File) -> Vec<String> {
    let code = code::without_prose(&file.text);
    let tests = test_functions(&code);
    let in_a_real_test = |line: usize| {
        tests
            .iter()
            .rfind(|(start, _)| *start <= line)
            .is_none_or(|(_, paused)| !paused)
    };
    let all_paused = !tests.is_empty() && tests.iter().all(|(_, paused)| *paused);
    let only_tests = !tree::is_source(&file.path);
    let first_test = tests.first().map(|(start, _)| *start);
    let mut findings = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let is_thread = line.contains("thread::sleep");
        let is_tokio = line.contains("time::sleep(") || line.contains(" sleep(");
        let is_test = only_tests || first_test.is_some_and(|first| first <= index);
        // A function beside tests that are all paused is on the paused clock as well.
        let is_real = is_tokio && is_test && !all_paused && in_a_real_test(index);
        if is_thread || is_real {
            findings.push(format!(
                "{}:{}: a test waits for the clock; use `#[tokio::test(start_paused = true)]`, or \
                 wait for what the test needs",
                file.path,
                index + 1
            ));
        }
    }
    findings
}

/// The lines on which test functions start, and whether their clock is paused.
fn test_functions(code: &str) -> Vec<(usize, bool)> {
    let tests = code.lines().enumerate().filter_map(|(index, line)| {
        let line = line.trim();
        let is_test = line.starts_with("#[tokio::test") || line == "#[test]";
        is_test.then(|| (index, line.contains("start_paused = true")))
    });
    tests.collect()
}

/// Tests that are set aside, and code that was never written.
fn set_aside(file: &File) -> Vec<String> {
    let code = code::without_prose(&file.text);
    let mut findings = Vec::new();
    for (index, line) in code.lines().enumerate() {
        for (pattern, remedy) in [
            ("#[ignore", "make the test run, or remove it"),
            ("todo!(", "write it"),
            (
                "unimplemented!(",
                "write it, or return an `Unsupported` error",
            ),
        ] {
            if line.contains(pattern) {
                let (path, line) = (&file.path, index + 1);
                findings.push(format!("{path}:{line}: `{pattern}`: {remedy}"));
            }
        }
    }
    findings
}

#[test]
fn this_repository_has_no_test_that_waits_for_the_clock() {
    let files = tree::files(".rs");
    let may = |file: &&File| !MAY_SLEEP.iter().any(|(path, _)| *path == file.path);
    let findings: Vec<_> = files.iter().filter(may).flat_map(sleeps).collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn this_repository_sets_no_test_aside() {
    let findings: Vec<_> = tree::files(".rs").iter().flat_map(set_aside).collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn a_sleep_on_the_real_clock_is_found() {
    let sleeps_in = |path: &str, text: &str| {
        let file = File {
            path: path.into(),
            text: text.into(),
        };
        sleeps(&file).len()
    };
    let real = "#[tokio::test]\nasync fn a() {\n    tokio::time::sleep(SECOND).await;\n}\n";
    let paused =
        "#[tokio::test(start_paused = true)]\nasync fn a() {\n    sleep(SECOND).await;\n}\n";
    assert_eq!(sleeps_in("tests/it/a.rs", real), 1);
    assert_eq!(sleeps_in("tests/it/a.rs", paused), 0);
    assert_eq!(sleeps_in("tests/it/a.rs", &format!("{paused}{real}")), 1);
    assert_eq!(
        sleeps_in(
            "a/src/a.rs",
            &format!("fn b() {{ sleep(SECOND); }}\n{paused}")
        ),
        0
    );
    assert_eq!(
        sleeps_in(
            "a/src/a.rs",
            "fn b() {\n    std::thread::sleep(SECOND);\n}\n"
        ),
        1
    );
    assert_eq!(
        sleeps_in("tests/it/a.rs", "// tokio::time::sleep(SECOND)\n"),
        0
    );
}

#[test]
fn what_is_set_aside_is_found() {
    let file = |text: &str| File {
        path: "src/a.rs".into(),
        text: text.into(),
    };
    assert_eq!(
        set_aside(&file("#[test]\n#[ignore = \"slow\"]\nfn a() { todo!() }\n")).len(),
        2
    );
    assert!(set_aside(&file("// #[ignore]\nlet a = \"todo!()\";\n")).is_empty());
}
