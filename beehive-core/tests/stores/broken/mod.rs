//! Stores with exactly one defect each: the stores in memory, wrapped.

pub(crate) mod collection;
pub(crate) mod counter;
pub(crate) mod inbox;
pub(crate) mod key_list;
pub(crate) mod key_value;
pub(crate) mod lock;

use beehive_core::page::{Cursor, Page, PageRequest};

/// Cuts a page out of a whole list by counting, which is what paging must not do: whatever comes or
/// goes before the place shifts it.
fn page_by_offset<T>(all: Vec<T>, page: &PageRequest) -> Page<T> {
    let start = page
        .after()
        .map_or(0, |cursor| cursor.as_str().parse().unwrap_or(0));
    let (count, limit) = (all.len(), page.limit().get());
    let items = all.into_iter().skip(start).take(limit).collect();
    let next = (start + limit < count).then(|| Cursor::new((start + limit).to_string()));
    Page { items, next }
}

/// Drops the last item of a page that is not the last.
fn lose_at_border<T>(mut page: Page<T>) -> Page<T> {
    if page.next.is_some() {
        page.items.pop();
    }
    page
}
