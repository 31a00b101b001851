//! Broken collection stores.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use beehive_core::page::{Page, PageRequest};
use beehive_core::store::memory::MemoryCollection;
use beehive_core::store::{
    CollectionStore, Document, Etag, Precondition, Range, StoreCapabilities,
};
use beehive_core::{Error, ErrorKind, Result};
use bytes::Bytes;

use super::{lose_at_border, page_by_offset};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Defect {
    /// The wrapper itself, which must pass.
    None,
    AbsentIgnored,
    BetweenInclusive,
    BorderLost,
    CheckedBeforeAbsent,
    CheckedBeforeMatch,
    DeleteMatchIgnored,
    DeletesNothing,
    EtagConstant,
    EtagOfContent,
    MatchCreates,
    MatchIgnored,
    NamesJoined,
    OffsetCursor,
    PrefixIgnored,
    Unordered,
    ValueLimitIgnored,
    DeleteAbsentTaken,
    EmptyNamesTaken,
    EmptyRangeFails,
    IdCaseLost,
    MissingDeleteFails,
    OverwriteIgnored,
    ReadChangesVersion,
    UnsupportedDone,
}

impl Defect {
    pub(crate) const ALL: &[(Self, &str)] = &[
        (Self::AbsentIgnored, "absent/insert"),
        (Self::BetweenInclusive, "range/between"),
        (Self::BorderLost, "range/pages"),
        (Self::CheckedBeforeAbsent, "absent/one_winner"),
        (Self::CheckedBeforeMatch, "match/one_winner"),
        (Self::CheckedBeforeMatch, "match/no_lost_update"),
        (Self::DeleteMatchIgnored, "delete_match/delete"),
        (Self::DeletesNothing, "document/delete"),
        (Self::EtagConstant, "version/never_again"),
        (Self::EtagOfContent, "version/never_again"),
        (Self::EtagOfContent, "match/written_again"),
        (Self::MatchCreates, "match/missing"),
        (Self::MatchIgnored, "match/replace"),
        (Self::NamesJoined, "document/collections"),
        (Self::OffsetCursor, "range/changes"),
        (Self::PrefixIgnored, "range/prefix"),
        (Self::Unordered, "range/order"),
        (Self::ValueLimitIgnored, "document/value_limit"),
        (Self::DeleteAbsentTaken, "delete_absent"),
        (Self::EmptyNamesTaken, "document/empty_names"),
        (Self::EmptyRangeFails, "range/empty"),
        (Self::IdCaseLost, "document/unicode_id"),
        (Self::MissingDeleteFails, "document/missing"),
        (Self::OverwriteIgnored, "document/overwrite"),
        (Self::ReadChangesVersion, "version/read"),
        (Self::UnsupportedDone, "absent/unsupported"),
        (Self::UnsupportedDone, "match/unsupported"),
        (Self::UnsupportedDone, "delete_match/unsupported"),
    ];
}

#[derive(Debug)]
pub(crate) struct BrokenCollection {
    inner: MemoryCollection,
    defect: Defect,
    capabilities: StoreCapabilities,
    reads: AtomicU64,
}

fn etag_of_content(data: &Bytes) -> Etag {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    Etag::new(hasher.finish().to_string())
}

impl BrokenCollection {
    pub(crate) fn new(defect: Defect) -> Self {
        let mut capabilities = StoreCapabilities::full();
        let mut inner = MemoryCollection::default();
        if defect == Defect::ValueLimitIgnored {
            capabilities.value_max = Some(100);
            inner = inner.with_value_max(200);
        }
        if defect == Defect::UnsupportedDone {
            capabilities.write_absent = false;
            capabilities.write_match = false;
            capabilities.delete_match = false;
        }
        Self {
            inner,
            defect,
            capabilities,
            reads: AtomicU64::new(0),
        }
    }

    /// Where the document is kept.
    fn place(&self, collection: &str, id: &str) -> (String, String) {
        match self.defect {
            Defect::NamesJoined if !collection.is_empty() && !id.is_empty() => {
                ("all".into(), format!("{collection}{id}"))
            }
            Defect::EmptyNamesTaken if collection.is_empty() || id.is_empty() => {
                (format!("{collection}-"), format!("{id}-"))
            }
            Defect::IdCaseLost => (collection.into(), id.to_lowercase()),
            _ => (collection.into(), id.into()),
        }
    }

    fn told(&self, mut document: Document) -> Document {
        match self.defect {
            Defect::EtagConstant => document.etag = Etag::new("1"),
            Defect::ReadChangesVersion => {
                let reads = self.reads.fetch_add(1, Ordering::Relaxed);
                document.etag = Etag::new(format!("read-{reads}"));
            }
            Defect::EtagOfContent => document.etag = etag_of_content(&document.data),
            _ => {}
        }
        document
    }

    async fn broken_precondition(
        &self,
        (collection, id): (&str, &str),
        given: &Precondition,
    ) -> Result<Precondition> {
        let there = self.inner.get(collection, id).await?;
        let told = there.clone().map(|document| self.told(document).etag);
        let ignored = match (self.defect, given) {
            (Defect::AbsentIgnored, Precondition::Absent)
            | (Defect::MatchIgnored, Precondition::Match(_)) => true,
            (Defect::MatchCreates, Precondition::Match(_)) => there.is_none(),
            (Defect::EtagConstant | Defect::EtagOfContent, Precondition::Match(_)) => {
                given.check(told.as_ref())?;
                true
            }
            (Defect::CheckedBeforeAbsent, Precondition::Absent)
            | (Defect::CheckedBeforeMatch, Precondition::Match(_)) => {
                given.check(told.as_ref())?;
                tokio::task::yield_now().await;
                true
            }
            _ => false,
        };
        Ok(if ignored {
            Precondition::None
        } else {
            given.clone()
        })
    }
}

#[async_trait]
impl CollectionStore for BrokenCollection {
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
        let (collection, id) = &self.place(collection, id);
        let precondition = self
            .broken_precondition((collection, id), precondition)
            .await?;
        if self.defect == Defect::OverwriteIgnored
            && precondition == Precondition::None
            && let Some(before) = self.inner.get(collection, id).await?
        {
            return Ok(before.etag);
        }
        let etag = self
            .inner
            .put(collection, id, data.clone(), &precondition)
            .await?;
        Ok(self
            .told(Document {
                id: id.clone(),
                data,
                etag,
            })
            .etag)
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        let (collection, place) = &self.place(collection, id);
        let found = self.inner.get(collection, place).await?;
        Ok(found.map(|document| Document {
            id: id.into(),
            ..self.told(document)
        }))
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
        let (collection, id) = &self.place(collection, id);
        match (self.defect, precondition) {
            (Defect::DeletesNothing, Precondition::None) => {
                self.inner.get(collection, id).await.map(drop)
            }
            (Defect::DeleteMatchIgnored, Precondition::Match(_)) => {
                self.inner.delete(collection, id, &Precondition::None).await
            }
            (Defect::EtagConstant | Defect::EtagOfContent, Precondition::Match(_)) => {
                let given = self
                    .broken_precondition((collection, id), precondition)
                    .await?;
                self.inner.delete(collection, id, &given).await
            }
            (Defect::DeleteAbsentTaken, Precondition::Absent) => Ok(()),
            (Defect::MissingDeleteFails, Precondition::None)
                if self.inner.get(collection, id).await?.is_none() =>
            {
                Err(Error::new(
                    ErrorKind::NotFound,
                    "there is nothing to delete",
                ))
            }
            _ => self.inner.delete(collection, id, precondition).await,
        }
    }

    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        let range = match (self.defect, range) {
            (Defect::PrefixIgnored, Range::Prefix(from)) => {
                &Range::Between(from.clone(), "\u{10FFFF}".into())
            }
            (Defect::BetweenInclusive, Range::Between(from, to)) => {
                &Range::Between(from.clone(), format!("{to}\0"))
            }
            _ => range,
        };
        let mut found = if self.defect == Defect::OffsetCursor {
            let whole = PageRequest::first(1000);
            page_by_offset(
                self.inner.range(collection, range, &whole).await?.items,
                page,
            )
        } else {
            self.inner.range(collection, range, page).await?
        };
        match self.defect {
            Defect::EmptyRangeFails if found.items.is_empty() => {
                return Err(Error::new(
                    ErrorKind::NotFound,
                    "there is no such collection",
                ));
            }
            Defect::BorderLost => found = lose_at_border(found),
            Defect::Unordered => found.items.reverse(),
            _ => {}
        }
        Ok(found.map(|document| self.told(document)))
    }
}
