//! What the suites of the stores share.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::conformance::Failure;
use crate::page::{Cursor, Page, PageRequest};

/// How many do the same thing at once: enough to meet in every order, few enough for a backend over
/// the network.
pub(crate) const COMPETITORS: usize = 12;

/// A case from an async function.
macro_rules! case {
    ($name:literal, $promise:literal, $run:path) => {
        $crate::conformance::Case::new($name, $promise, |fixture| Box::pin($run(fixture)))
    };
}
pub(crate) use case;

/// Runs tasks that start together, and returns what they came to, in order of their numbers.
pub(crate) async fn at_once<T, W>(
    count: usize,
    mut work: impl FnMut(usize) -> W + Send,
) -> Result<Vec<T>, Failure>
where
    T: Send + 'static,
    W: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(count));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (start, work) = (Arc::clone(&start), work(number));
        tasks.spawn(async move {
            start.wait().await;
            (number, work.await)
        });
    }
    let mut outputs = Vec::with_capacity(count);
    while let Some(output) = tasks.join_next().await {
        outputs.push(output?);
    }
    outputs.sort_by_key(|(number, _)| *number);
    Ok(outputs.into_iter().map(|(_, output)| output).collect())
}

/// More pages than any case can need, each item having one and some being empty.
const PAGES_MAX: usize = 1000;

/// Reads a list page by page to its end.
pub(crate) async fn pages<T, R>(
    limit: usize,
    mut read: impl FnMut(PageRequest) -> R + Send,
) -> Result<Vec<Page<T>>, Failure>
where
    T: Send,
    R: Future<Output = crate::Result<Page<T>>> + Send,
{
    let mut pages: Vec<Page<T>> = Vec::new();
    let mut after: Option<Cursor> = None;
    while pages.len() < PAGES_MAX {
        let mut request = PageRequest::first(limit);
        if let Some(cursor) = after.take() {
            request = request.starting_at(cursor);
        }
        let page = read(request).await?;
        if page.items.len() > limit {
            return Err(Failure::new(format!(
                "a page has {} items, asked for were {limit}",
                page.items.len()
            )));
        }
        after.clone_from(&page.next);
        pages.push(page);
        if after.is_none() {
            return Ok(pages);
        }
    }
    Err(Failure::new(format!(
        "the list has not ended after {PAGES_MAX} pages"
    )))
}

/// All items of some pages, one after the other.
pub(crate) fn joined<T>(pages: Vec<Page<T>>) -> Vec<T> {
    pages.into_iter().flat_map(|page| page.items).collect()
}

/// A text of this many bytes that starts with this one.
pub(crate) fn of_length(start: &str, length: usize) -> String {
    format!("{start}{}", "x".repeat(length.saturating_sub(start.len())))
}
