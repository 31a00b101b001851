//! What the stores in memory have in common: how they are locked, paged and timed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::page::{Cursor, Page, PageRequest};

/// The most items of a page, whatever was asked for: bounds how long a page holds the lock. The
/// number is that of the large object stores.
pub(super) const PAGE_MAX: usize = 1000;

/// Locks for a moment, never across an await.
///
/// Nothing panics between two changes that belong together, so what a panic elsewhere left behind
/// is whole and poisoning can be passed over.
pub(super) fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many items a page may have.
pub(super) fn page_limit(page: &PageRequest) -> usize {
    page.limit().get().min(PAGE_MAX)
}

/// The first items of what is left. A cursor is the place of the last item, so that whatever comes
/// and goes between two pages, nothing else is lost or repeated.
pub(super) fn page_of<T>(
    mut rest: impl Iterator<Item = T>,
    limit: usize,
    place: impl Fn(&T) -> &str,
) -> Page<T> {
    let items: Vec<T> = rest.by_ref().take(limit).collect();
    let next = match rest.next() {
        Some(_) => items.last().map(|last| Cursor::new(place(last))),
        None => None,
    };
    Page { items, next }
}

/// When `duration` is over.
///
/// # Errors
/// [`ErrorKind::Limit`] if the clock does not reach that far.
pub(super) fn end_of(duration: Duration) -> Result<Instant> {
    Instant::now().checked_add(duration).ok_or_else(|| {
        Error::new(ErrorKind::Limit, "the clock does not reach that far")
            .with_context("duration", humantime::format_duration(duration))
    })
}
