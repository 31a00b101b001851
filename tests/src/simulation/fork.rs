//! Where two runs of one seed come apart.

use super::play::play;
use super::scenario::Scenario;
use super::trace::Keeping;

/// Plays a scenario twice; says where the traces differ, if they do.
pub fn fork(scenario: &Scenario) -> Option<String> {
    let [one, other] = [(); 2].map(|()| play(scenario, Keeping::Lines));
    if one.digest == other.digest && one.trace == other.trace {
        return None;
    }
    Some(difference(&one.trace, &other.trace))
}

fn difference(one: &[String], other: &[String]) -> String {
    let differs = one.iter().zip(other).position(|(one, other)| one != other);
    let at = differs.unwrap_or(one.len().min(other.len()));
    let line = |of: &[String]| of.get(at).map_or("it ended", String::as_str).to_owned();
    format!(
        "two runs of this seed come apart at entry {at}: `{}` and `{}`",
        line(one),
        line(other)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_with_its_place() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (one, other) = (lines("a b c"), lines("a x c"));
        let told = difference(&one, &other);
        assert!(told.ends_with("entry 1: `b` and `x`"), "{told}");
        let told = difference(&one, &lines("a b"));
        assert!(told.ends_with("entry 2: `c` and `it ended`"), "{told}");
    }
}
