//! The layout of items: what is kept, in which attributes. Pure.
//!
//! | table | `pk` | `sk` | attributes |
//! |---|---|---|---|
//! | `…-collection` | `ns/=collection` | id | `data` (B), `op` (S): the version |
//! | `…-key-list` | `ns/5:ready` + key | item | `op` |
//! | `…-counter`, counters | `ns/=key` | – | `n` (N): the value, `op` |
//! | `…-counter`, notes | `ns/3:key` + operation id | – | `op`, `ends`, `ttl` |
//! | `…-lock` | `ns/=name` | – | `token` (N), `op`, `ends`, `ttl` |
//! | `…-inbox` | `ns/36:event` + queue | – | `mark` (N): the follow-ups, `op`, `ends`, `ttl` |
//!
//! `op` names the write that made the item what it is; it is never used twice. `ends` is when an item
//! is over, in milliseconds since 1970, and what readers go by. `ttl` is when DynamoDB may delete it,
//! in seconds since 1970; it does so within days, so readers never rely on it.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use beehive_core::store::{Document, Etag, InboxEntry};
use beehive_core::{Error, Result};
use bytes::Bytes;

use crate::clock::Millis;
use crate::error::unreadable;
use crate::write_id::WriteId;

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) const PARTITION: &str = "pk";
pub(super) const SORT: &str = "sk";
pub(super) const DATA: &str = "data";
pub(super) const OPERATION: &str = "op";
pub(super) const NUMBER: &str = "n";
pub(super) const TOKEN: &str = "token";
pub(super) const MARK: &str = "mark";
pub(super) const ENDS: &str = "ends";
pub(super) const TTL: &str = "ttl";

/// The largest item of DynamoDB, names of attributes included.
const ITEM_MAX: usize = 400 * 1024;
/// What an item needs beside its data: the longest keys, names and version come to less.
const ITEM_OVERHEAD: usize = 4 * 1024;
/// The largest document.
pub(super) const DATA_MAX: usize = ITEM_MAX - ITEM_OVERHEAD;

pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn number(number: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

pub(super) fn millis(time: Millis) -> AttributeValue {
    number(time.0)
}

pub(super) fn seconds(time: Millis) -> AttributeValue {
    number(time.seconds())
}

pub(super) fn operation(id: &WriteId) -> AttributeValue {
    text(id.as_str())
}

/// The key of an item.
pub(super) fn key(partition: &str, sort: Option<&str>) -> Item {
    let mut key = Item::from([(PARTITION.to_owned(), text(partition))]);
    if let Some(sort) = sort {
        key.insert(SORT.to_owned(), text(sort));
    }
    key
}

fn with<const N: usize>(mut item: Item, attributes: [(&str, AttributeValue); N]) -> Item {
    item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    item
}

/// A document, in its version.
pub(super) fn document(partition: &str, id: &str, data: &Bytes, version: &WriteId) -> Item {
    with(
        key(partition, Some(id)),
        [
            (DATA, AttributeValue::B(Blob::new(&data[..]))),
            (OPERATION, operation(version)),
        ],
    )
}

pub(super) fn read_document(mut item: Item) -> Result<Document> {
    let data = match item.remove(DATA) {
        Some(AttributeValue::B(data)) => Bytes::from(data.into_inner()),
        _ => return Err(unreadable(DATA)),
    };
    Ok(Document {
        id: take_text(&mut item, SORT)?,
        data,
        etag: Etag::new(take_text(&mut item, OPERATION)?),
    })
}

/// An item of a list.
pub(super) fn list_item(partition: &str, item: &str, id: &WriteId) -> Item {
    with(key(partition, Some(item)), [(OPERATION, operation(id))])
}

pub(super) fn read_list_item(mut item: Item) -> Result<String> {
    take_text(&mut item, SORT)
}

/// A counter as it is at a value.
pub(super) fn read_counter(item: Option<&Item>) -> Result<i64> {
    item.map_or(Ok(0), |item| read_number(item, NUMBER))
}

/// The note that an operation was applied.
pub(super) fn note(partition: &str, id: &WriteId, ends: Millis) -> Item {
    with(
        key(partition, None),
        [
            (OPERATION, operation(id)),
            (ENDS, millis(ends)),
            (TTL, seconds(ends)),
        ],
    )
}

/// What is remembered of an event.
pub(super) fn entry(partition: &str, entry: InboxEntry, id: &WriteId, ends: Millis) -> Item {
    with(
        key(partition, None),
        [
            (MARK, number(entry.follow_ups)),
            (OPERATION, operation(id)),
            (ENDS, millis(ends)),
            (TTL, seconds(ends)),
        ],
    )
}

pub(super) fn read_entry(item: &Item) -> Result<InboxEntry> {
    Ok(InboxEntry {
        follow_ups: read_number(item, MARK)?,
    })
}

pub(super) fn read_token(item: &Item) -> Result<u64> {
    read_number(item, TOKEN)
}

/// Whether the item is over at a time.
pub(super) fn has_ended(item: &Item, now: Millis) -> Result<bool> {
    Ok(read_number::<u64>(item, ENDS)? <= now.0)
}

/// Whether this write made the item what it is.
pub(super) fn is_by(item: &Item, id: &WriteId) -> bool {
    matches!(item.get(OPERATION), Some(AttributeValue::S(by)) if by == id.as_str())
}

fn read_number<T: FromStr<Err: Into<beehive_core::BoxError>>>(
    item: &Item,
    name: &'static str,
) -> Result<T> {
    match item.get(name) {
        Some(AttributeValue::N(digits)) => digits
            .parse()
            .map_err(|error| Error::with_source(unreadable(name), error)),
        _ => Err(unreadable(name)),
    }
}

fn take_text(item: &mut Item, name: &'static str) -> Result<String> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(unreadable(name)),
    }
}

#[cfg(test)]
mod tests;
