//! Cursors of the lists in memory.

use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;

use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::page::{Cursor, Page, PageRequest};
use crate::queue::memory::MemoryQueue;
use crate::queue::{
    DeadLetterReason, DeadLetterRecord, EventQueue as _, EventQueueExt as _, QueueName,
    ReceiverOptions,
};
use crate::store::memory::MemoryCollection;
use crate::store::{CollectionStore as _, ListOptions, Precondition, PutOptions, Range, Stores};

const KEYS: [&str; 5] = ["a", "a/b", "a/c", "b\u{10ffff}", "\u{1f41d}"];

/// A cursor that somebody stored, altered, or made up.
///
/// It is refused as invalid, or the list goes on somewhere: in order, nothing twice, and to its end.
pub fn memory_cursor(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    dead_letters(text);
    let stores = Stores::memory();
    values(&stores, text);
    items(&stores, text);
    documents(text);
}

/// Reads pages of two from a cursor on, until the list ends.
fn pages<T: Ord>(cursor: &str, read: impl Fn(&PageRequest) -> Result<Page<T>, Error>) {
    let mut all = Vec::new();
    let mut next = Some(Cursor::new(cursor));
    while let Some(cursor) = next.take() {
        let page = match read(&PageRequest::first(2).starting_at(cursor)) {
            Ok(page) => page,
            Err(error) => {
                assert!(all.is_empty(), "its own cursor: {error}");
                assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
                return;
            }
        };
        assert!(page.items.len() <= 2);
        assert!(page.next.is_none() || !page.items.is_empty(), "no progress");
        all.extend(page.items);
        assert!(all.len() <= KEYS.len(), "something came twice");
        next = page.next;
    }
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "out of order");
}

fn dead_letters(cursor: &str) {
    static BURIED: OnceLock<MemoryQueue> = OnceLock::new();
    let name = QueueName::of_queue("Jobs").unwrap();
    let queue = BURIED.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.unwrap().block_on(buried(&name)).unwrap()
    });
    pages(cursor, |page| {
        let listed = queue
            .dead_letters()
            .list(&name, page)
            .now_or_never()
            .unwrap()?;
        Ok(listed.map(|letter| letter.event.id().clone()))
    });
}

/// A queue with as many dead letters as there are keys, whose ids are in order.
async fn buried(name: &QueueName) -> Result<MemoryQueue, Error> {
    let queue = MemoryQueue::default();
    queue.declare(name).await?;
    let mut receiver = queue
        .receiver(
            name,
            ReceiverOptions::new(NonZeroUsize::MIN, Duration::from_mins(1)),
        )
        .await?;
    for _ in KEYS {
        let event = Event::new("Job", "text/plain", "dig").with_destination(name.clone());
        queue.push(event).await?;
        for lease in receiver.receive(NonZeroUsize::MIN, Duration::ZERO).await? {
            lease.dead_letter(&record()).await?;
        }
    }
    Ok(queue)
}

fn record() -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: Vec::new(),
        attempts: 1,
        actor: "Dig".into(),
        host: "hive-1".into(),
        first_failure: Timestamp::UNIX_EPOCH,
        last_failure: Timestamp::UNIX_EPOCH,
    }
}

fn values(stores: &Stores, cursor: &str) {
    let values = stores.key_value().unwrap();
    for key in KEYS {
        let put = values.put(key, "value", PutOptions::default());
        put.now_or_never().unwrap().unwrap();
    }
    for prefix in ["", "a", "a/"] {
        for delimiter in [None, Some('/')] {
            pages(cursor, |page| {
                let options = ListOptions {
                    delimiter,
                    page: page.clone(),
                };
                let listing = values.list(prefix, &options).now_or_never().unwrap()?;
                let keys = listing.entries.into_iter().map(|entry| entry.key);
                let mut items: Vec<_> = keys.chain(listing.prefixes).collect();
                assert!(items.iter().all(|item| item.starts_with(prefix)));
                items.sort();
                Ok(Page {
                    items,
                    next: listing.next,
                })
            });
        }
    }
}

fn items(stores: &Stores, cursor: &str) {
    let list = stores.key_list().unwrap();
    for key in KEYS {
        list.add("list", "key", key)
            .now_or_never()
            .unwrap()
            .unwrap();
    }
    pages(cursor, |page| {
        list.items("list", "key", page).now_or_never().unwrap()
    });
}

fn documents(cursor: &str) {
    let store = MemoryCollection::default();
    for key in KEYS {
        let put = store.put("all", key, "{}".into(), &Precondition::None);
        put.now_or_never().unwrap().unwrap();
    }
    for range in [Range::All, Range::Prefix("a/".into())] {
        pages(cursor, |page| {
            let found = store.range("all", &range, page).now_or_never().unwrap()?;
            assert!(
                found
                    .items
                    .iter()
                    .all(|document| range.contains(&document.id))
            );
            Ok(found.map(|document| document.id))
        });
    }
}
