//! Documents on DynamoDB: one item each, in the partition of its collection.

use async_trait::async_trait;
use beehive_core::page::{Page, PageRequest};
use beehive_core::store::{
    CollectionStore, Document, Etag, Precondition, Range, StoreCapabilities,
};
use beehive_core::{Error, ErrorKind, Result};
use bytes::Bytes;

use super::item::{self, DATA_MAX, document, read_document};
use super::names::SORT_MAX;
use super::pages::{Query, Sorts, sorts_of};
use super::table::{Refusal, Table, Written, absent, at, written_by};
use crate::error::open_fate;
use crate::write_id::WriteId;

const PUT: &str = "put document";
const GET: &str = "get document";
const DELETE: &str = "delete document";
const RANGE: &str = "read range";

/// A collection store on DynamoDB.
///
/// A collection is one partition, whose documents are sorted by id: DynamoDB splits it when it grows
/// or gets hot, and where ids begin with a growing number or a time, new ones go to one end of it,
/// which takes about a thousand writes a second. Each operation is one request. A document has at
/// most 396 KiB; larger things belong into a key-value store.
#[derive(Clone, Debug)]
pub struct DynamoCollection {
    table: Table,
    capabilities: StoreCapabilities,
}

impl DynamoCollection {
    pub(super) fn new(table: Table) -> Self {
        let mut capabilities = StoreCapabilities::full();
        capabilities.value_max = Some(DATA_MAX as u64);
        capabilities.key_max = SORT_MAX;
        Self {
            table,
            capabilities,
        }
    }

    fn check_place(&self, collection: &str, id: &str) -> Result<()> {
        self.capabilities.check_key(collection)?;
        self.capabilities.check_key(id)
    }

    async fn put_checked(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        precondition: &Precondition,
    ) -> Result<Etag> {
        self.check_place(collection, id)?;
        self.capabilities.check_value(data.len())?;
        let partition = self.table.names.one(collection);
        let version = WriteId::new();
        let item = || document(&partition, id, &data, &version);
        let written = match precondition {
            Precondition::Absent => self.table.put(PUT, item, Some(absent())).await,
            Precondition::Match(etag) => {
                let condition = Some(written_by(etag.as_str()));
                self.table.put(PUT, item, condition).await
            }
            _ => self.table.put::<0>(PUT, item, None).await,
        };
        match written? {
            Written::Done(_) => Ok(Etag::new(version.as_str())),
            Written::Refused(refusal) => {
                put_refused(&refusal, precondition, &version).map(|()| Etag::new(version.as_str()))
            }
        }
    }

    async fn delete_checked(
        &self,
        collection: &str,
        id: &str,
        precondition: &Precondition,
    ) -> Result<()> {
        self.check_place(collection, id)?;
        self.capabilities.check_delete(precondition)?;
        let key = item::key(&self.table.names.one(collection), Some(id));
        let written = match precondition {
            Precondition::Match(etag) => {
                let condition = Some(written_by(etag.as_str()));
                self.table.delete(DELETE, &key, condition).await
            }
            _ => self.table.delete::<0>(DELETE, &key, None).await,
        };
        match written? {
            Written::Done(_) => Ok(()),
            // The version is gone, and it may have been this call that deleted it.
            Written::Refused(refusal) if refusal.doubtful => Err(open_fate(DELETE)),
            Written::Refused(refusal) => Err(conflict(&refusal)),
        }
    }

    async fn range_checked(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        self.capabilities.check_key(collection)?;
        let sorts = sorts_of(range)?;
        if sorts == Sorts::Nothing {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        let query = Query {
            partition: self.table.names.one(collection),
            sorts,
            keys_only: false,
        };
        let found = self.table.query(RANGE, &query, page).await?;
        let mut documents = Vec::with_capacity(found.items.len());
        for item in found.items {
            let document = read_document(item)?;
            // Between, as DynamoDB has it, includes its end.
            if range.contains(&document.id) {
                documents.push(document);
            }
        }
        Ok(Page {
            items: documents,
            next: found.next,
        })
    }
}

/// What a write comes to that met something else than it expected.
fn put_refused(refusal: &Refusal, precondition: &Precondition, version: &WriteId) -> Result<()> {
    let found = refusal.found.as_ref();
    if found.is_some_and(|item| item::is_by(item, version)) {
        // An attempt before this one was not answered, but it was done.
        return Ok(());
    }
    if *precondition == Precondition::Absent {
        return Err(Error::new(
            ErrorKind::AlreadyExists,
            "the item is there already",
        ));
    }
    if refusal.doubtful {
        // It may have been done, and another may have written over it since.
        return Err(open_fate(PUT));
    }
    Err(conflict(refusal))
}

fn conflict(refusal: &Refusal) -> Error {
    let message = if refusal.found.is_some() {
        "the item was changed meanwhile"
    } else {
        "the item was deleted meanwhile"
    };
    Error::new(ErrorKind::Conflict, message)
}

#[async_trait]
impl CollectionStore for DynamoCollection {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn put(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        precondition: &Precondition,
    ) -> Result<Etag> {
        self.put_checked(collection, id, data, precondition)
            .await
            .map_err(|error| {
                at(
                    error.with_operation(PUT),
                    &[("collection", collection), ("id", id)],
                )
            })
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        let failed = |error: Error| {
            at(
                error.with_operation(GET),
                &[("collection", collection), ("id", id)],
            )
        };
        self.check_place(collection, id).map_err(failed)?;
        let key = item::key(&self.table.names.one(collection), Some(id));
        let found = self.table.read(GET, key).await.map_err(failed)?;
        found.map(read_document).transpose().map_err(failed)
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
        self.delete_checked(collection, id, precondition)
            .await
            .map_err(|error| {
                at(
                    error.with_operation(DELETE),
                    &[("collection", collection), ("id", id)],
                )
            })
    }

    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        self.range_checked(collection, range, page)
            .await
            .map_err(|error| at(error.with_operation(RANGE), &[("collection", collection)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(found: Option<&WriteId>, doubtful: bool) -> Refusal {
        let found = found.map(|by| document("ns/=orders", "1", &Bytes::new(), by));
        Refusal { found, doubtful }
    }

    #[test]
    fn a_refused_write_knows_itself_and_admits_what_it_cannot_know() {
        use ErrorKind::{AlreadyExists, Conflict, Temporary};
        let (ours, theirs) = (WriteId::new(), WriteId::new());
        let replace = Precondition::Match(Etag::new("before"));
        let absent = Precondition::Absent;
        for (found, doubtful, precondition, expected) in [
            (Some(&ours), true, &replace, None),
            (Some(&ours), true, &absent, None),
            (Some(&theirs), false, &replace, Some(Conflict)),
            (Some(&theirs), true, &replace, Some(Temporary)),
            (None, false, &replace, Some(Conflict)),
            (None, true, &replace, Some(Temporary)),
            (Some(&theirs), false, &absent, Some(AlreadyExists)),
            (Some(&theirs), true, &absent, Some(AlreadyExists)),
        ] {
            let outcome = put_refused(&refusal(found, doubtful), precondition, &ours);
            let kind = outcome.err().map(|error| error.kind());
            assert_eq!(kind, expected, "{found:?} {doubtful} {precondition:?}");
        }
    }
}
