//! What becomes of each entry of a batch: of those that failed for a reason that may pass, another
//! batch is made.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::Future;

use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use beehive_core::ErrorKind;
use tokio::time::Instant;

use super::super::calls::Calls;
use super::callers::Callers;
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
    /// The request failed that it was in, and was already made again as often as may help.
    GivenUp(Fault),
}

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

/// Carries out the entries with these numbers, and again those that failed for a reason that may
/// pass; tells each caller, and returns the numbers of those that failed for good.
pub(super) async fn carry_out<E, F>(
    calls: &Calls,
    operation: &'static str,
    numbers: Vec<usize>,
    callers: &Callers,
    mut request: impl FnMut(Vec<usize>) -> F + Send,
) -> Vec<usize>
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Failed<E>>> + Send,
{
    let deadline = calls.deadline();
    let (mut left, mut failed) = (numbers, Vec::new());
    for round in 1.. {
        let known = ask(&mut request, &left, deadline).await;
        let is_last = round >= ROUNDS_MAX || Instant::now() >= deadline;
        left.clear();
        for (number, fate) in known {
            let fault = match fate {
                Fate::Done => {
                    callers.tell(number, Ok(()));
                    continue;
                }
                Fate::Failed(fault) if !is_last && fault.verdict() != Verdict::Refused => {
                    left.push(number);
                    continue;
                }
                Fate::Failed(fault) | Fate::GivenUp(fault) => fault,
            };
            callers.tell(number, Err(fault.into_error(operation, round)));
            failed.push(number);
        }
        if left.is_empty() {
            break;
        }
        tracing::debug!(
            operation,
            entries = left.len(),
            "entries of a batch failed and are sent again"
        );
        pause(round).await;
    }
    failed
}

/// Sends entries together. If they are refused together, each is sent alone, so that the one which is
/// to blame takes no other along.
async fn ask<E, F>(
    request: &mut (impl FnMut(Vec<usize>) -> F + Send),
    numbers: &[usize],
    deadline: Instant,
) -> Vec<(usize, Fate)>
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Failed<E>>> + Send,
{
    let failed = match request(numbers.to_vec()).await {
        Ok(answer) => return fates(numbers, answer),
        Err(failed) => failed,
    };
    let mut known = Vec::with_capacity(numbers.len());
    for number in numbers {
        let is_alone = numbers.len() == 1 || Instant::now() >= deadline;
        if is_alone || !may_be_for_one(failed.fault()) {
            known.push((*number, Fate::GivenUp(failed.fault().clone())));
            continue;
        }
        match request(vec![*number]).await {
            Ok(answer) => known.extend(fates(&[*number], answer)),
            Err(failed) => known.push((*number, Fate::GivenUp(failed.fault().clone()))),
        }
    }
    known
}

/// Whether a batch may have been refused for one entry alone.
fn may_be_for_one(fault: &Fault) -> bool {
    fault.verdict() == Verdict::Refused
        && matches!(
            fault.kind(),
            ErrorKind::Invalid | ErrorKind::Limit | ErrorKind::Unexpected
        )
}
