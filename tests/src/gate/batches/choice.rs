//! Which entries of a batch are done.

use super::super::dice::Dice;

/// Whether each of so many entries is done. One is not, whatever the others are.
pub(super) fn some(count: usize, dice: Dice) -> Vec<bool> {
    let mut done = dice.coins(count);
    if let Some(one) = done.get_mut(dice.one_of(count)) {
        *one = false;
    }
    done
}

/// The same of two or more, one of which is done.
pub(super) fn some_and_one(count: usize, dice: Dice) -> Vec<bool> {
    let mut done = some(count, dice);
    if !done.contains(&true)
        && let Some(one) = done.get_mut((dice.one_of(count) + 1) % count)
    {
        *one = true;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_one_that_is_not_done() {
        for number in 0..200 {
            let dice = Dice::new(number);
            for count in 1..5 {
                assert!(some(count, dice).contains(&false));
            }
            for count in 2..5 {
                let done = some_and_one(count, dice);
                assert!(done.contains(&false) && done.contains(&true), "{done:?}");
            }
        }
        assert!(some(0, Dice::new(1)).is_empty());
    }
}
