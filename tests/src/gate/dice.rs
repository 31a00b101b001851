//! Chance that comes from a seed.

use std::sync::{Mutex, PoisonError};

use fastrand::Rng;

use super::service::Service;

/// What chance has for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dice(u64);

impl Dice {
    /// The dice that a number stands for.
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// A number of 0 to 1, without 1.
    pub(super) fn part(self) -> f64 {
        Rng::with_seed(self.0).f64()
    }

    /// One of so many, which are not none; another number than the part.
    pub(super) fn one_of(self, count: usize) -> usize {
        self.others().usize(..count.max(1))
    }

    /// Yes or no for each of so many.
    pub(super) fn coins(self, count: usize) -> Vec<bool> {
        let mut numbers = self.others();
        (0..count).map(|_| numbers.bool()).collect()
    }

    /// The number itself, to be recognised by.
    pub(super) fn number(self) -> u64 {
        self.0
    }

    fn others(self) -> Rng {
        Rng::with_seed(!self.0)
    }
}

/// Where dice come from: the same for the first, the second, and so on of each service, whatever
/// the others do in between.
#[derive(Debug)]
pub(super) struct Chance([Mutex<Rng>; Service::ALL.len()]);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        let mut seeds = Rng::with_seed(seed);
        Self(Service::ALL.map(|_| Mutex::new(seeds.fork())))
    }

    pub(super) fn next(&self, service: Service) -> Dice {
        let mut numbers = self.0[service as usize]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Dice(numbers.u64(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_dice_to_each_service_whatever_the_others_do() {
        let (one, two, other) = (Chance::new(7), Chance::new(7), Chance::new(8));
        let first: Vec<_> = (0..9).map(|_| one.next(Service::Sqs)).collect();
        let second: Vec<_> = (0..9)
            .map(|_| {
                two.next(Service::S3);
                two.next(Service::Sqs)
            })
            .collect();
        let third: Vec<_> = (0..9).map(|_| other.next(Service::Sqs)).collect();
        assert_eq!(first, second);
        assert_ne!(first, third);
    }

    #[test]
    fn dice_are_fair() {
        let chance = Chance::new(1);
        let (mut low, mut first, mut yes) = (0, 0, 0);
        for _ in 0..10_000 {
            let dice = chance.next(Service::DynamoDb);
            low += u32::from(dice.part() < 0.2);
            first += u32::from(dice.one_of(5) == 0);
            yes += u32::from(dice.coins(1)[0]);
        }
        assert!((1800..2200).contains(&low), "{low}");
        assert!((1800..2200).contains(&first), "{first}");
        assert!((4700..5300).contains(&yes), "{yes}");
    }
}
