//! Which faults strike, and in which order.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use fastrand::Rng;

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FaultKind {
    /// SIGKILL of a worker, and another in its place
    KillWorker,
    /// SIGSTOP of a worker past its leases, then SIGCONT
    PauseWorker,
    /// SIGTERM of a worker, and another in its place when it has drained
    RestartWorker,
    /// A worker replaced by one of a newer version, or back
    ReplaceVersion,
    /// SIGKILL of the broker, and its start
    KillBroker,
    /// All connections closed by the broker's operator
    CloseConnections,
    /// The broker is short of memory for a while
    MemoryAlarm,
    /// All connections to the queue reset (RST)
    ResetQueue,
    /// Traffic to and from the queue takes long
    DelayQueue,
    /// Traffic between one worker and the queue disappears
    SwallowQueue,
    /// All connections to the stores reset
    ResetStores,
    /// Answers of the stores take long
    DelayStores,
    /// Requests to the stores get no answer
    SwallowStores,
    /// The stores throttle
    ThrottleStores,
    /// The stores answer with errors of their own
    FailStores,
    /// The stores do what they are asked, and the answer is lost
    LoseAnswers,
    /// Events that were delivered are delivered again
    Duplicate,
    /// An event that nobody can read
    Poison,
    /// An event of a type that its reader does not know
    UnknownType,
}

/// What a fault strikes: one thing bears one fault at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Worker,
    Queue,
    Stores,
    Events,
}

/// What stands behind the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// RabbitMQ, DynamoDB and S3
    Cloud,
    /// SNS, SQS, DynamoDB and S3
    Aws,
}

impl FaultKind {
    /// What it strikes.
    pub(crate) fn target(self) -> Target {
        match self {
            Self::KillWorker | Self::PauseWorker | Self::RestartWorker | Self::ReplaceVersion => {
                Target::Worker
            }
            Self::KillBroker
            | Self::CloseConnections
            | Self::MemoryAlarm
            | Self::ResetQueue
            | Self::DelayQueue
            | Self::SwallowQueue => Target::Queue,
            Self::ResetStores
            | Self::DelayStores
            | Self::SwallowStores
            | Self::ThrottleStores
            | Self::FailStores
            | Self::LoseAnswers => Target::Stores,
            Self::Duplicate | Self::Poison | Self::UnknownType => Target::Events,
        }
    }

    /// Whether there is anything that it could strike.
    pub(crate) fn is_possible(self, backend: Backend) -> bool {
        match self {
            // SNS and SQS have neither a process to kill nor connections that an operator closes.
            Self::KillBroker | Self::CloseConnections | Self::MemoryAlarm => {
                backend == Backend::Cloud
            }
            _ => true,
        }
    }

    /// How often it is drawn beside others: those that stop everything for long are rare.
    fn weight(self) -> usize {
        match self {
            Self::KillWorker => 12,
            Self::PauseWorker | Self::ReplaceVersion | Self::UnknownType | Self::Poison => 2,
            Self::KillBroker | Self::MemoryAlarm | Self::SwallowQueue | Self::SwallowStores => 1,
            Self::RestartWorker | Self::Duplicate => 5,
            _ => 4,
        }
    }

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::KillWorker => "kill-worker",
            Self::PauseWorker => "pause-worker",
            Self::RestartWorker => "restart-worker",
            Self::ReplaceVersion => "replace-version",
            Self::KillBroker => "kill-broker",
            Self::CloseConnections => "close-connections",
            Self::MemoryAlarm => "memory-alarm",
            Self::ResetQueue => "reset-queue",
            Self::DelayQueue => "delay-queue",
            Self::SwallowQueue => "swallow-queue",
            Self::ResetStores => "reset-stores",
            Self::DelayStores => "delay-stores",
            Self::SwallowStores => "swallow-stores",
            Self::ThrottleStores => "throttle-stores",
            Self::FailStores => "fail-stores",
            Self::LoseAnswers => "lose-answers",
            Self::Duplicate => "duplicate",
            Self::Poison => "poison",
            Self::UnknownType => "unknown-type",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kinds that were chosen on the command line: `all`, or names separated by commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan(Vec<FaultKind>);

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(FaultKind::value_variants().to_vec()));
        }
        let kinds = text.split(',').map(|name| {
            FaultKind::from_str(name.trim(), true).map_err(|_| {
                let names: Vec<_> = FaultKind::value_variants()
                    .iter()
                    .map(|kind| kind.name())
                    .collect();
                format!("there is no fault `{name}`; there are {}", names.join(", "))
            })
        });
        Ok(Self(kinds.collect::<Result<_, _>>()?))
    }
}

impl Plan {
    /// The faults of a run in their order: each kind once, in any order, and then as the dice say.
    ///
    /// # Errors
    /// None of the kinds is possible on this backend.
    pub(crate) fn draw(
        &self,
        backend: Backend,
        count: usize,
        dice: &mut Rng,
    ) -> Result<Vec<FaultKind>, String> {
        let mut kinds: Vec<_> = self
            .0
            .iter()
            .copied()
            .filter(|kind| kind.is_possible(backend))
            .collect();
        if kinds.is_empty() {
            return Err("none of these faults is possible on this backend".to_owned());
        }
        dice.shuffle(&mut kinds);
        let mut drawn = kinds.clone();
        let urn: Vec<_> = kinds
            .iter()
            .flat_map(|kind| std::iter::repeat_n(*kind, kind.weight()))
            .collect();
        while drawn.len() < count {
            drawn.push(urn[dice.usize(..urn.len())]);
        }
        drawn.truncate(count);
        Ok(drawn)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for kind in FaultKind::value_variants() {
            let value = kind.to_possible_value().unwrap();
            assert_eq!(value.get_name(), kind.name());
        }
        let plan: Plan = "kill-worker, poison".parse().unwrap();
        assert_eq!(plan.0, [FaultKind::KillWorker, FaultKind::Poison]);
        assert!("kill-nobody".parse::<Plan>().is_err());
    }

    #[test]
    fn a_seed_draws_the_same_faults_and_leaves_no_kind_out() {
        let all: Plan = "all".parse().unwrap();
        let draw = |seed| {
            all.draw(Backend::Cloud, 100, &mut Rng::with_seed(seed))
                .unwrap()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let kinds: BTreeSet<_> = draw(1).into_iter().collect();
        assert_eq!(kinds.len(), FaultKind::value_variants().len());
    }

    #[test]
    fn what_a_backend_has_not_is_not_drawn() {
        let mut dice = Rng::with_seed(1);
        let all: Plan = "all".parse().unwrap();
        let drawn = all.draw(Backend::Aws, 200, &mut dice).unwrap();
        assert!(!drawn.contains(&FaultKind::KillBroker));
        let broker: Plan = "kill-broker".parse().unwrap();
        assert!(broker.draw(Backend::Aws, 1, &mut dice).is_err());
    }
}
