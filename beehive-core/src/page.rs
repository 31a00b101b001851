//! Pages: how long lists are read without ever holding them whole.

use std::num::NonZeroUsize;

/// Where a page starts, as the backend that gave it understands it.
///
/// Opaque: store it, pass it on, but do not build or read one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// For backends: wraps whatever they need to find the place again.
    pub fn new(place: impl Into<String>) -> Self {
        Self(place.into())
    }

    /// For backends: what they put in.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which page to read: where to start and how many items at most.
///
/// ```
/// use beehive_core::page::PageRequest;
///
/// let first = PageRequest::first(100);
/// assert_eq!(first.limit().get(), 100);
/// assert!(first.after().is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    limit: NonZeroUsize,
    after: Option<Cursor>,
}

impl PageRequest {
    /// The first page, of at most `limit` items; zero counts as one.
    #[must_use]
    pub fn first(limit: usize) -> Self {
        Self {
            limit: NonZeroUsize::new(limit).unwrap_or(NonZeroUsize::MIN),
            after: None,
        }
    }

    /// The page that starts at a cursor.
    #[must_use]
    pub fn starting_at(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }

    /// The largest number of items wanted.
    pub fn limit(&self) -> NonZeroUsize {
        self.limit
    }

    /// Where the page starts; `None` is the beginning.
    pub fn after(&self) -> Option<&Cursor> {
        self.after.as_ref()
    }
}

impl Default for PageRequest {
    /// The first hundred items.
    fn default() -> Self {
        Self::first(100)
    }
}

/// Some items of a list, and where the rest begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the list's order. May be fewer than asked for, even none, with more to come.
    pub items: Vec<T>,
    /// Where the next page starts; `None` when this one is the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The same page with each item changed.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}
