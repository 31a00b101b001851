//! What becomes of each message of a batch. Pure.

use std::collections::VecDeque;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Nobody works on it yet.
    Waiting,
    /// Somebody does.
    Begun,
    /// It is not to come again.
    Done,
    /// It is to come again.
    Failed,
    /// So is this one, because one before it in its group did not get done.
    Behind,
}

/// The messages of one batch, by their places in it, and what becomes of each.
///
/// Those of a group are begun one at a time and in their order. Behind one that failed none is: AWS
/// asks for that, since what is done is deleted and cannot come again in its place.
#[derive(Debug)]
pub(super) struct Ledger {
    groups: Vec<Option<Box<str>>>,
    fates: Vec<Fate>,
    waiting: VecDeque<usize>,
    /// Of how many nothing final was said.
    open: usize,
}

impl Ledger {
    /// Messages of these groups, in the order of the batch; one without a group is alone.
    pub(super) fn new<'a>(groups: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let groups: Vec<_> = groups
            .into_iter()
            .map(|group| group.map(Box::from))
            .collect();
        Self {
            fates: vec![Fate::Waiting; groups.len()],
            waiting: (0..groups.len()).collect(),
            open: groups.len(),
            groups,
        }
    }

    /// The next that may be begun.
    pub(super) fn begin(&mut self) -> Option<usize> {
        let may = |place: &usize| !self.has_begun(self.group(*place));
        let next = self.waiting.iter().position(may)?;
        let place = self.waiting.remove(next)?;
        self.change(place, Fate::Waiting, Fate::Begun);
        Some(place)
    }

    /// It was not begun after all.
    pub(super) fn put_back(&mut self, place: usize) {
        if self.change(place, Fate::Begun, Fate::Waiting) {
            self.waiting.push_front(place);
        }
    }

    /// It is not to come again; false if it is too late to say so.
    pub(super) fn done(&mut self, place: usize) -> bool {
        self.change(place, Fate::Begun, Fate::Done)
    }

    /// It is to come again, and with it all of its group that are behind it.
    pub(super) fn failed(&mut self, place: usize) -> bool {
        if !self.change(place, Fate::Begun, Fate::Failed) {
            return false;
        }
        let Some(group) = self.group(place) else {
            return true;
        };
        let is_behind = |other: &usize| self.group(*other) == Some(group);
        let behind: Vec<_> = self.waiting.iter().copied().filter(is_behind).collect();
        self.waiting.retain(|other| !behind.contains(other));
        for other in behind {
            self.change(other, Fate::Waiting, Fate::Behind);
        }
        true
    }

    /// Whatever was not begun is to come again; says how many these are.
    pub(super) fn withdraw(&mut self) -> usize {
        let withdrawn = std::mem::take(&mut self.waiting);
        for place in &withdrawn {
            self.change(*place, Fate::Waiting, Fate::Failed);
        }
        withdrawn.len()
    }

    /// Whatever is not done is to come again, and nothing can be said any more. Says how many had
    /// been begun.
    pub(super) fn close(&mut self) -> usize {
        self.withdraw();
        let begun: Vec<_> = self.of(|fate| fate == Fate::Begun).collect();
        for place in &begun {
            self.change(*place, Fate::Begun, Fate::Failed);
        }
        begun.len()
    }

    /// Whether all is said.
    pub(super) fn is_settled(&self) -> bool {
        self.open == 0
    }

    /// Those that are to come again.
    pub(super) fn failures(&self) -> impl Iterator<Item = usize> {
        self.of(|fate| fate != Fate::Done)
    }

    /// Those among them that were behind another.
    pub(super) fn behind(&self) -> impl Iterator<Item = usize> {
        self.of(|fate| fate == Fate::Behind)
    }

    fn of(&self, is: impl Fn(Fate) -> bool) -> impl Iterator<Item = usize> {
        let fates = self.fates.iter().enumerate();
        fates.filter_map(move |(place, fate)| is(*fate).then_some(place))
    }

    /// Whether one of this group is begun.
    fn has_begun(&self, group: Option<&str>) -> bool {
        group.is_some()
            && self
                .of(|fate| fate == Fate::Begun)
                .any(|place| self.group(place) == group)
    }

    fn group(&self, place: usize) -> Option<&str> {
        self.groups.get(place)?.as_deref()
    }

    fn change(&mut self, place: usize, from: Fate, to: Fate) -> bool {
        match self.fates.get_mut(place) {
            Some(fate) if *fate == from => {
                *fate = to;
                if !matches!(to, Fate::Waiting | Fate::Begun) {
                    self.open -= 1;
                }
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failures(ledger: &Ledger) -> Vec<usize> {
        ledger.failures().collect()
    }

    #[test]
    fn without_groups_all_are_begun_at_one_time() {
        let mut ledger = Ledger::new([None; 3]);
        assert_eq!(
            [ledger.begin(), ledger.begin(), ledger.begin()],
            [Some(0), Some(1), Some(2)]
        );
        assert_eq!(ledger.begin(), None);
        assert!(ledger.done(2) && ledger.failed(0) && !ledger.is_settled());
        assert!(ledger.done(1) && ledger.is_settled());
        assert_eq!(failures(&ledger), [0]);
        assert_eq!(ledger.behind().count(), 0);
    }

    #[test]
    fn a_group_is_worked_on_in_its_order() {
        let mut ledger = Ledger::new([Some("a"), Some("b"), Some("a"), None]);
        assert_eq!(
            [ledger.begin(), ledger.begin(), ledger.begin()],
            [Some(0), Some(1), Some(3)]
        );
        assert_eq!(ledger.begin(), None);
        ledger.put_back(0);
        assert_eq!((ledger.begin(), ledger.begin()), (Some(0), None));
        assert!(ledger.done(0));
        assert_eq!(ledger.begin(), Some(2));
    }

    #[test]
    fn behind_one_that_failed_all_of_its_group_fail() {
        let mut ledger = Ledger::new([Some("a"), Some("b"), Some("a"), Some("b"), Some("a")]);
        assert_eq!([ledger.begin(), ledger.begin()], [Some(0), Some(1)]);
        assert!(ledger.done(0));
        assert_eq!(ledger.begin(), Some(2));
        assert!(ledger.failed(2));
        assert_eq!(ledger.begin(), None);
        assert!(ledger.done(1));
        assert_eq!(ledger.begin(), Some(3));
        assert!(ledger.done(3) && ledger.is_settled());
        assert_eq!(failures(&ledger), [2, 4]);
        assert_eq!(ledger.behind().collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn what_is_not_begun_in_time_is_withdrawn_and_the_rest_goes_on() {
        let mut ledger = Ledger::new([None; 3]);
        assert_eq!(ledger.begin(), Some(0));
        assert_eq!(ledger.withdraw(), 2);
        assert_eq!((ledger.begin(), ledger.withdraw()), (None, 0));
        assert!(!ledger.is_settled() && ledger.done(0) && ledger.is_settled());
        assert_eq!(failures(&ledger), [1, 2]);
    }

    #[test]
    fn after_the_end_nothing_can_be_said() {
        let mut ledger = Ledger::new([None; 3]);
        assert_eq!([ledger.begin(), ledger.begin()], [Some(0), Some(1)]);
        assert!(ledger.done(0));
        assert_eq!(ledger.close(), 1);
        assert!(!ledger.done(1) && !ledger.failed(1));
        ledger.put_back(1);
        assert_eq!(ledger.begin(), None);
        assert_eq!(failures(&ledger), [1, 2]);
    }

    #[test]
    fn an_empty_batch_is_settled() {
        let mut ledger = Ledger::new([]);
        assert!(ledger.is_settled());
        assert_eq!(ledger.close(), 0);
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Begin,
        Done(usize),
        Failed(usize),
        PutBack(usize),
        Withdraw,
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => Just(Step::Begin),
            4 => (0..10_usize).prop_map(Step::Done),
            2 => (0..10_usize).prop_map(Step::Failed),
            2 => (0..10_usize).prop_map(Step::PutBack),
            1 => Just(Step::Withdraw),
        ]
    }

    proptest! {
        #[test]
        fn nothing_of_a_group_is_done_behind_one_that_is_not(
            groups in proptest::collection::vec(proptest::option::of(0..3_u8), 0..10),
            steps in proptest::collection::vec(any_step(), 0..60),
        ) {
            let names: Vec<_> = groups.iter().map(|group| group.map(|it| it.to_string())).collect();
            let mut ledger = Ledger::new(names.iter().map(Option::as_deref));
            let mut done = Vec::new();
            for step in steps {
                match step {
                    Step::Begin => drop(ledger.begin()),
                    Step::Done(place) => {
                        if ledger.done(place) {
                            done.push(place);
                        }
                    }
                    Step::Failed(place) => drop(ledger.failed(place)),
                    Step::PutBack(place) => ledger.put_back(place),
                    Step::Withdraw => drop(ledger.withdraw()),
                }
            }
            ledger.close();
            prop_assert!(ledger.is_settled());
            let failures = failures(&ledger);
            prop_assert_eq!(failures.len() + done.len(), groups.len());
            for place in done {
                prop_assert!(!failures.contains(&place));
                let before = failures.iter().filter(|failed| **failed < place);
                for failed in before {
                    prop_assert!(groups[place].is_none() || groups[*failed] != groups[place]);
                }
            }
        }
    }
}
