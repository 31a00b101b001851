//! Makes sure that all queues of a hive exist.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use crate::error::{Error, ErrorKind, Result};
use crate::factory::answer;
use crate::queue::{DeclareOptions, EventQueue, QueueName};

/// How many queues are declared at the same time; a broker takes them faster than one by one.
const CONCURRENCY: usize = 16;
/// How long a backend may take for each.
const PATIENCE: Duration = Duration::from_secs(30);

/// Declares topics first, then what reads them. All that fails is reported together.
pub(super) async fn declare(
    queue: &dyn EventQueue,
    names: &BTreeMap<QueueName, DeclareOptions>,
) -> Result<()> {
    let mut failed = Vec::new();
    for readable in [false, true] {
        let mut names: Vec<_> = names
            .iter()
            .map(|(name, options)| (name.clone(), *options))
            .collect();
        names.retain(|(name, _)| name.is_readable() == readable);
        // Owned names, since with borrowed ones the compiler cannot prove this future to be `Send`.
        let results: Vec<_> = stream::iter(names)
            .map(|(name, options)| async move {
                let result = answer("declare", PATIENCE, queue.declare_with(&name, options)).await;
                (name, result)
            })
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        failed.extend(
            results
                .into_iter()
                .filter_map(|(name, result)| Some((name, result.err()?))),
        );
    }
    // What does not go away by itself comes first: it is what somebody has to see to.
    failed.sort_by(|(one, error), (other, beside)| {
        let order = error.is_temporary().cmp(&beside.is_temporary());
        order.then_with(|| one.cmp(other))
    });
    let count = failed.len();
    let mut failed = failed.into_iter();
    let Some((first, error)) = failed.next() else {
        return Ok(());
    };
    let kind = if error.is_temporary() {
        ErrorKind::Temporary
    } else {
        ErrorKind::Configuration
    };
    let mut all = Error::new(kind, "not every queue could be declared")
        .with_operation("start hive")
        .with_context("failed", count)
        .with_context("queue", first)
        .with_source(error);
    for (name, error) in failed {
        all = all.with_context("also", format_args!("{name}: {error}"));
    }
    Err(all)
}

#[cfg(test)]
fn _starts_in_a_task(hive: crate::Hive) {
    tokio::spawn(hive.start());
}
