//! Examples in documentation are compiled, and nearly all run.

use super::tree::{self, File};

/// Examples that the compiler never sees: they rot. `text`, `console` and the like are no Rust.
fn unseen(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let mut open = false;
    for (index, line) in file.text.lines().enumerate() {
        let line = line.trim_start();
        let doc = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"))
            .map(str::trim_start);
        let Some(fence) = doc.and_then(|doc| doc.strip_prefix("```")) else {
            continue;
        };
        open = !open;
        let mut tags = fence.split([',', ' ']).map(str::trim);
        if open && tags.any(|tag| tag.starts_with("ignore")) {
            findings.push(format!(
                "{}:{}: an example that is ignored rots; let it run, or compile with `no_run`",
                file.path,
                index + 1
            ));
        }
    }
    findings
}

#[test]
fn this_repository_ignores_no_example() {
    let findings: Vec<_> = tree::files(".rs").iter().flat_map(unseen).collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn an_ignored_example_is_found() {
    let file = |text: &str| File {
        path: "src/a.rs".into(),
        text: text.into(),
    };
    assert_eq!(unseen(&file("/// ```ignore\n/// ```\n")).len(), 1);
    assert_eq!(
        unseen(&file("    //! ```rust,ignore-x86\n    //! ```\n")).len(),
        1
    );
    assert!(unseen(&file("/// ```no_run\n/// ignore\n/// ```\n")).is_empty());
}
