//! What becomes of each entry of a batch: of those that failed for a reason that may pass, another
//! batch is made.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::Future;

use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use beehive_core::{Error, Result};
use tokio::time::Instant;

use super::super::calls::Calls;
use crate::attempts::{Failed, pause};
use crate::error::{Fault, Verdict};

/// How often an entry is sent that the service refuses for a reason that may pass.
const ROUNDS_MAX: u32 = 5;

/// What a batch was answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The ids of the entries that were carried out.
    pub(super) done: Vec<String>,
    /// The entries that were not.
    pub(super) failed: Vec<Failure>,
}

/// An entry that was not carried out.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) id: String,
    pub(super) fault: Fault,
}

/// What is known of an entry after a batch.
#[derive(Debug)]
pub(super) enum Fate {
    Done,
    Failed(Fault),
}

/// The entries that are left, each with what is known of it.
#[derive(Debug)]
struct Fates(Vec<Option<Fate>>);

/// The fates of entries with these numbers, by the answer. One of which it says nothing is not done,
/// and may be nevertheless.
pub(super) fn fates(sent: &[usize], answer: Answer) -> Vec<(usize, Fate)> {
    let mut said: HashMap<String, Fate> = HashMap::new();
    for Failure { id, fault } in answer.failed {
        said.insert(id, Fate::Failed(fault));
    }
    for id in answer.done {
        said.insert(id, Fate::Done);
    }
    let fate = |number: &usize| {
        let fate = said.remove(&number.to_string());
        (
            *number,
            fate.unwrap_or_else(|| Fate::Failed(Fault::unanswered())),
        )
    };
    sent.iter().map(fate).collect()
}

/// Makes a request of entries with these numbers, and others of what is left, until every entry is
/// done or will not be.
pub(super) async fn carry_out<E, F>(
    calls: &Calls,
    operation: &'static str,
    count: usize,
    mut request: impl FnMut(Vec<usize>) -> F + Send,
) -> Vec<Result<()>>
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Failed<E>>> + Send,
{
    let deadline = calls.deadline();
    let mut known = Fates((0..count).map(|_| None).collect());
    let mut left: Vec<usize> = (0..count).collect();
    let mut round = 0;
    loop {
        round += 1;
        match request(left.clone()).await {
            Ok(answer) => {
                for (number, fate) in fates(&left, answer) {
                    known.set(number, fate);
                }
            }
            Err(failed) => {
                // Already tried again as often as may help.
                for number in &left {
                    known.set(*number, Fate::Failed(failed.fault().clone()));
                }
                break;
            }
        }
        left = known.worth_another();
        if left.is_empty() || round >= ROUNDS_MAX || Instant::now() >= deadline {
            break;
        }
        tracing::debug!(
            operation,
            entries = left.len(),
            "entries of a batch failed and are sent again"
        );
        pause(round).await;
    }
    known.into_results(operation, round)
}

impl Fates {
    fn set(&mut self, number: usize, fate: Fate) {
        if let Some(known) = self.0.get_mut(number) {
            *known = Some(fate);
        }
    }

    fn worth_another(&self) -> Vec<usize> {
        let numbered = self.0.iter().enumerate();
        numbered
            .filter(|(_, fate)| match fate {
                Some(Fate::Failed(fault)) => fault.verdict() != Verdict::Refused,
                _ => false,
            })
            .map(|(number, _)| number)
            .collect()
    }

    fn into_results(self, operation: &'static str, attempts: u32) -> Vec<Result<(), Error>> {
        let fates = self.0.into_iter();
        fates
            .map(|fate| match fate {
                Some(Fate::Done) => Ok(()),
                Some(Fate::Failed(fault)) => Err(fault.into_error(operation, attempts)),
                None => Err(Fault::unanswered().into_error(operation, attempts)),
            })
            .collect()
    }
}
