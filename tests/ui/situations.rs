//! What the macros and the traits of beehive accept, and what they say about what they do not.
//!
//! Each file in `pass` and `fail` is a program named after the situation it shows. The texts in
//! `fail/*.stderr` are read by people: each names the thing, the rule and the fix. After a change
//! run this with `TRYBUILD=overwrite`, and read what has become of them.

/// The compiler's part of each text differs between versions, so the texts hold for the compiler
/// that the continuous integration runs.
#[test]
fn situations() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*.rs");
}

/// A pattern that no file matches passes.
#[test]
fn there_are_situations() {
    for (folder, least) in [("pass", 13), ("fail", 41)] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let paths = folder
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let is_program = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "rs");
        let programs = paths.filter(is_program).count();
        assert!(programs >= least, "{} has {programs}", folder.display());
    }
}
