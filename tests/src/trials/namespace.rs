//! Names that no other test has.

use std::time::{SystemTime, UNIX_EPOCH};

/// A name that no other test has, in this run or another: 20 letters and digits, a letter first.
///
/// It begins with the time, so what a run left behind on a shared service can be told by its age.
pub fn namespace() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut name = format!("t{:08x}", now.map_or(0, |now| now.as_secs()));
    // Threads that start together draw other numbers; processes might not.
    let process = std::process::id();
    name.extend(
        std::iter::successors(Some(process), |rest| Some(rest / 36))
            .map(digit)
            .take(4),
    );
    name.extend((0..7).map(|_| digit(fastrand::u32(..))));
    name
}

/// The last digit of a number to the base of 36.
fn digit(number: u32) -> char {
    char::from_digit(number % 36, 36).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_namespace_is_short_and_plain() {
        let name = namespace();
        assert_eq!(name.len(), 20, "{name}");
        assert!(name.starts_with('t'), "{name}");
        assert!(
            name.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
            "{name}"
        );
    }

    #[test]
    fn no_two_are_equal() {
        let names: HashSet<_> = (0..10_000).map(|_| namespace()).collect();
        assert_eq!(names.len(), 10_000);
    }
}
