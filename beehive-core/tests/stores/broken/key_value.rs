//! Broken key-value stores.

use std::time::Duration;

use async_trait::async_trait;
use beehive_core::page::{Page, PageRequest};
use beehive_core::store::memory::MemoryKeyValue;
use beehive_core::store::{
    Entry, EntryInfo, Etag, KeyValueStore, ListOptions, Listing, Precondition, PutOptions,
    StoreCapabilities, Value,
};
use beehive_core::{Error, ErrorKind, Result};
use bytes::BytesMut;
use futures_util::StreamExt as _;

use super::{lose_at_border, page_by_offset};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Defect {
    /// The wrapper itself, which must pass.
    None,
    AbsentIgnored,
    BorderLost,
    CheckedBeforeAbsent,
    CheckedBeforeMatch,
    ClockOff,
    ContentTypeLost,
    DeleteMatchIgnored,
    DeleteIgnored,
    DelimiterIgnored,
    EmptyKeyTaken,
    EtagConstant,
    FoldedNotCounted,
    HalfStreamWritten,
    KeyCaseLost,
    KeyCut,
    MatchCreates,
    MatchIgnored,
    MetadataKept,
    MetadataUnchecked,
    MissingDeleteFails,
    OffsetCursor,
    PrefixIgnored,
    Unordered,
    UrlConstant,
    ValueLimitIgnored,
    DeleteAbsentTaken,
    FirstPieceOnly,
    ListedSizeWrong,
    OverwriteIgnored,
    UnsupportedDone,
}

impl Defect {
    pub(crate) const ALL: &[(Self, &str)] = &[
        (Self::AbsentIgnored, "absent/insert"),
        (Self::BorderLost, "list/pages"),
        (Self::CheckedBeforeAbsent, "absent/one_winner"),
        (Self::CheckedBeforeMatch, "match/one_winner"),
        (Self::CheckedBeforeMatch, "match/no_lost_update"),
        (Self::ClockOff, "value/info"),
        (Self::ContentTypeLost, "value/info"),
        (Self::DeleteMatchIgnored, "delete_match/delete"),
        (Self::DeleteIgnored, "value/delete"),
        (Self::DelimiterIgnored, "list/delimiter"),
        (Self::EmptyKeyTaken, "value/key_empty"),
        (Self::EtagConstant, "version/changes"),
        (Self::FoldedNotCounted, "list/delimiter_pages"),
        (Self::HalfStreamWritten, "value/stream_fails"),
        (Self::KeyCaseLost, "value/unicode_key"),
        (Self::KeyCut, "value/key_limit"),
        (Self::MatchCreates, "match/missing"),
        (Self::MatchIgnored, "match/replace"),
        (Self::MetadataKept, "value/info_replaced"),
        (Self::MetadataUnchecked, "value/metadata_rules"),
        (Self::MissingDeleteFails, "value/missing"),
        (Self::OffsetCursor, "list/changes"),
        (Self::OffsetCursor, "list/cursor_deleted"),
        (Self::PrefixIgnored, "list/prefix"),
        (Self::Unordered, "list/order"),
        (Self::UrlConstant, "value/url"),
        (Self::ValueLimitIgnored, "value/value_limit"),
        (Self::DeleteAbsentTaken, "delete_absent"),
        (Self::FirstPieceOnly, "value/stream"),
        (Self::ListedSizeWrong, "list/info"),
        (Self::OverwriteIgnored, "value/overwrite"),
        (Self::UnsupportedDone, "absent/unsupported"),
        (Self::UnsupportedDone, "match/unsupported"),
        (Self::UnsupportedDone, "delete_match/unsupported"),
    ];
}

#[derive(Debug)]
pub(crate) struct BrokenKeyValue {
    inner: MemoryKeyValue,
    defect: Defect,
    capabilities: StoreCapabilities,
}

impl BrokenKeyValue {
    pub(crate) fn new(defect: Defect) -> Self {
        let mut capabilities = StoreCapabilities::full();
        let mut inner = MemoryKeyValue::default();
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
        }
    }

    fn key(&self, key: &str) -> String {
        match self.defect {
            Defect::EmptyKeyTaken if key.is_empty() => "empty".into(),
            Defect::KeyCaseLost => key.to_lowercase(),
            Defect::KeyCut => key.chars().take(self.capabilities.key_max).collect(),
            _ => key.into(),
        }
    }

    fn told(&self, mut info: EntryInfo, key: &str) -> EntryInfo {
        match self.defect {
            Defect::ClockOff => info.modified -= Duration::from_hours(24),
            Defect::ContentTypeLost => info.content_type = None,
            Defect::EtagConstant => info.etag = Etag::new("1"),
            Defect::KeyCaseLost => info.key = key.into(),
            _ => {}
        }
        info
    }

    async fn broken_precondition(&self, key: &str, given: Precondition) -> Result<Precondition> {
        let there = self.inner.info(key).await?;
        let ignored = match (self.defect, &given) {
            (Defect::AbsentIgnored, Precondition::Absent)
            | (Defect::EtagConstant | Defect::MatchIgnored, Precondition::Match(_)) => true,
            (Defect::MatchCreates, Precondition::Match(_)) => there.is_none(),
            (Defect::CheckedBeforeAbsent, Precondition::Absent)
            | (Defect::CheckedBeforeMatch, Precondition::Match(_)) => {
                given.check(there.as_ref().map(|info| &info.etag))?;
                tokio::task::yield_now().await;
                true
            }
            _ => false,
        };
        Ok(if ignored { Precondition::None } else { given })
    }
}

#[async_trait]
impl KeyValueStore for BrokenKeyValue {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn put(&self, key: &str, mut value: Value, mut options: PutOptions) -> Result<Etag> {
        let key = &self.key(key);
        if self.defect == Defect::HalfStreamWritten {
            let mut whole = BytesMut::new();
            let mut pieces = value.into_stream();
            let mut end = Ok(());
            while let Some(piece) = pieces.next().await {
                match piece {
                    Ok(piece) => whole.extend_from_slice(&piece),
                    Err(error) => end = Err(error),
                }
            }
            value = Value::Bytes(whole.freeze());
            let etag = self.inner.put(key, value, options).await?;
            return end.map(|()| etag);
        }
        if self.defect == Defect::FirstPieceOnly {
            value = Value::stream(value.into_stream().take(1));
        }
        if self.defect == Defect::OverwriteIgnored
            && options.precondition == Precondition::None
            && let Some(before) = self.inner.info(key).await?
        {
            return Ok(before.etag);
        }
        if self.defect == Defect::MetadataKept
            && let Some(before) = self.inner.info(key).await?
        {
            options.metadata.extend(before.metadata);
        }
        if self.defect == Defect::MetadataUnchecked && options.check().is_err() {
            options.metadata.clear();
            options.content_type = None;
        }
        if !key.is_empty() && key.len() <= self.capabilities.key_max {
            options.precondition = self.broken_precondition(key, options.precondition).await?;
        }
        let etag = self.inner.put(key, value, options).await?;
        Ok(match self.defect {
            Defect::EtagConstant => Etag::new("1"),
            _ => etag,
        })
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>> {
        let found = self.inner.get(&self.key(key)).await?;
        Ok(found.map(|entry| Entry {
            info: self.told(entry.info, key),
            value: entry.value,
        }))
    }

    async fn info(&self, key: &str) -> Result<Option<EntryInfo>> {
        let found = self.inner.info(&self.key(key)).await?;
        Ok(found.map(|info| self.told(info, key)))
    }

    async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()> {
        let key = &self.key(key);
        match (self.defect, precondition) {
            (Defect::DeleteIgnored, Precondition::None) if !key.is_empty() => {
                self.inner.info(key).await.map(drop)
            }
            (Defect::MissingDeleteFails, Precondition::None)
                if self.inner.info(key).await?.is_none() =>
            {
                Err(Error::new(
                    ErrorKind::NotFound,
                    "there is nothing to delete",
                ))
            }
            (Defect::DeleteMatchIgnored | Defect::EtagConstant, Precondition::Match(_)) => {
                self.inner.delete(key, &Precondition::None).await
            }
            (Defect::DeleteAbsentTaken, Precondition::Absent) => Ok(()),
            _ => self.inner.delete(key, precondition).await,
        }
    }

    async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        let mut options = options.clone();
        match self.defect {
            Defect::DelimiterIgnored => options.delimiter = None,
            Defect::FoldedNotCounted if options.delimiter.is_some() => {
                let mut page = PageRequest::first(options.page.limit().get() + 1);
                if let Some(after) = options.page.after() {
                    page = page.starting_at(after.clone());
                }
                options.page = page;
            }
            Defect::OffsetCursor => {
                let page = std::mem::take(&mut options.page);
                options.page = PageRequest::first(1000);
                return self.list_by_offset(prefix, &options, &page).await;
            }
            _ => {}
        }
        let prefix = match self.defect {
            Defect::PrefixIgnored => prefix.trim_end_matches(|letter| letter != '/'),
            _ => prefix,
        };
        let mut listing = self.inner.list(prefix, &options).await?;
        match self.defect {
            Defect::BorderLost => {
                let page = lose_at_border(Page {
                    items: listing.entries,
                    next: listing.next,
                });
                (listing.entries, listing.next) = (page.items, page.next);
            }
            Defect::Unordered => listing.entries.reverse(),
            _ => {}
        }
        for info in &mut listing.entries {
            let key = info.key.clone();
            *info = self.told(info.clone(), &key);
            if self.defect == Defect::ListedSizeWrong {
                info.size = 0;
            }
        }
        Ok(listing)
    }

    fn url(&self, key: &str) -> String {
        match self.defect {
            Defect::UrlConstant => "memory:///".into(),
            _ => self.inner.url(key),
        }
    }
}

impl BrokenKeyValue {
    async fn list_by_offset(
        &self,
        prefix: &str,
        whole: &ListOptions,
        page: &PageRequest,
    ) -> Result<Listing> {
        let all = self.inner.list(prefix, whole).await?;
        let entries = all
            .entries
            .into_iter()
            .map(|info| (info.key.clone(), Some(info)));
        let folded = all.prefixes.into_iter().map(|prefix| (prefix, None));
        let mut shown: Vec<_> = entries.chain(folded).collect();
        shown.sort_by(|(one, _), (two, _)| one.cmp(two));
        let page = page_by_offset(shown, page);
        let mut listing = Listing {
            next: page.next,
            ..Listing::default()
        };
        for (key, info) in page.items {
            match info {
                Some(info) => listing.entries.push(info),
                None => listing.prefixes.push(key),
            }
        }
        Ok(listing)
    }
}
