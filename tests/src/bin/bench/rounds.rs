//! Several programs that do the same work, each in its turn.

use crate::Result;
use crate::machine::Used;
use crate::pairs::{Pairs, Spread};

/// A program that takes part.
pub(crate) struct Contender<'a> {
    name: &'static str,
    run: Box<dyn FnMut() -> Result<Used> + 'a>,
    required: bool,
}

/// What the programs used in each round.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    used: Vec<(&'static str, Vec<Used>)>,
    dropped: Vec<String>,
}

impl<'a> Contender<'a> {
    /// One whose failure is the failure of the whole.
    pub(crate) fn new(name: &'static str, run: impl FnMut() -> Result<Used> + 'a) -> Self {
        Self {
            name,
            run: Box::new(run),
            required: true,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// One that is dropped when it fails, because it is not ours.
    pub(crate) fn of_others(name: &'static str, run: impl FnMut() -> Result<Used> + 'a) -> Self {
        Self {
            required: false,
            ..Self::new(name, run)
        }
    }
}

impl Rounds {
    /// Runs all in turn, once to warm up and then `count` times, each first every so often.
    pub(crate) fn take(count: usize, mut contenders: Vec<Contender<'_>>) -> Result<Self> {
        let mut rounds = Self::default();
        for round in 0..=count {
            let mut failed = Vec::new();
            let mut used = Vec::with_capacity(contenders.len());
            for place in 0..contenders.len() {
                let index = (round + place) % contenders.len();
                let contender = &mut contenders[index];
                match (contender.run)() {
                    Ok(it) => used.push((contender.name, it)),
                    Err(error) if contender.required => {
                        return Err(format!("{}: {error}", contender.name).into());
                    }
                    Err(error) => {
                        rounds.dropped.push(format!("{}: {error}", contender.name));
                        failed.push(contender.name);
                    }
                }
            }
            contenders.retain(|contender| !failed.contains(&contender.name));
            rounds.used.retain(|(name, _)| !failed.contains(name));
            if round > 0 {
                rounds.add(used);
            }
        }
        Ok(rounds)
    }

    fn add(&mut self, used: Vec<(&'static str, Used)>) {
        for (name, used) in used {
            match self.used.iter_mut().find(|(known, _)| *known == name) {
                Some((_, all)) => all.push(used),
                None => self.used.push((name, vec![used])),
            }
        }
    }

    /// Who went through all rounds.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.used.iter().map(|(name, _)| *name)
    }

    /// Who did not, and why.
    pub(crate) fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// Which of these took the least time; the first if nobody did.
    pub(crate) fn fastest(&self, among: &[&'static str]) -> Result<&'static str> {
        let median = |name: &&'static str| {
            Spread::of(self.of(name).iter().map(|used| used.elapsed.as_secs_f64())).median
        };
        let fastest = among
            .iter()
            .min_by(|one, other| median(one).total_cmp(&median(other)));
        Ok(fastest.ok_or("nobody took part")?)
    }

    /// The runs of two of them, side by side.
    pub(crate) fn pairs(&self, one: &str, other: &str) -> Pairs {
        let both = self.of(one).iter().zip(self.of(other));
        both.map(|(one, other)| (*one, *other)).collect()
    }

    fn of(&self, name: &str) -> &[Used] {
        let found = self.used.iter().find(|(known, _)| *known == name);
        found.map_or(&[], |(_, used)| used)
    }
}
