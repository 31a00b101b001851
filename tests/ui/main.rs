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
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}
