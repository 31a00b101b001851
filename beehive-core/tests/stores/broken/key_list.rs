//! Broken key-list stores.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use beehive_core::page::{Page, PageRequest};
use beehive_core::store::memory::MemoryKeyList;
use beehive_core::store::{Added, KeyListStore, Precondition, StoreCapabilities};
use beehive_core::{Error, ErrorKind, Result};

use super::{lose_at_border, page_by_offset};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Defect {
    /// The wrapper itself, which must pass.
    None,
    AbsentIgnored,
    AlwaysNew,
    BorderLost,
    CheckedBefore,
    ClearsTheFirstPage,
    DuplicatesKept,
    KeyIgnored,
    MatchTaken,
    NamesJoined,
    OffsetCursor,
    ReadsLate,
    RemoveIgnored,
    Unordered,
    EmptyNamesTaken,
    MissingRemoveFails,
    UnsupportedDone,
}

impl Defect {
    pub(crate) const ALL: &[(Self, &str)] = &[
        (Self::AbsentIgnored, "absent/insert"),
        (Self::AlwaysNew, "item/add"),
        (Self::BorderLost, "items/pages"),
        (Self::CheckedBefore, "absent/one_winner"),
        (Self::CheckedBefore, "item/one_new"),
        (Self::ClearsTheFirstPage, "item/clear"),
        (Self::DuplicatesKept, "item/add"),
        (Self::KeyIgnored, "item/lists"),
        (Self::MatchTaken, "match/unsupported"),
        (Self::NamesJoined, "item/lists"),
        (Self::OffsetCursor, "items/changes"),
        (Self::ReadsLate, "items/gather"),
        (Self::RemoveIgnored, "item/remove"),
        (Self::Unordered, "items/order"),
        (Self::EmptyNamesTaken, "item/empty_names"),
        (Self::MissingRemoveFails, "item/missing"),
        (Self::UnsupportedDone, "absent/unsupported"),
    ];
}

#[derive(Debug)]
pub(crate) struct BrokenKeyList {
    inner: MemoryKeyList,
    defect: Defect,
    added: Mutex<HashMap<String, usize>>,
    capabilities: StoreCapabilities,
}

impl BrokenKeyList {
    pub(crate) fn new(defect: Defect) -> Self {
        let inner = MemoryKeyList::default();
        let mut capabilities = inner.capabilities().clone();
        capabilities.write_absent = defect != Defect::UnsupportedDone;
        Self {
            inner,
            defect,
            capabilities,
            added: Mutex::default(),
        }
    }

    fn place(&self, list: &str, key: &str) -> (String, String) {
        match self.defect {
            Defect::EmptyNamesTaken => (format!("{list}-"), format!("{key}-")),
            _ if list.is_empty() || key.is_empty() => (list.into(), key.into()),
            Defect::KeyIgnored => (list.into(), "all".into()),
            Defect::NamesJoined => ("all".into(), format!("{list}{key}")),
            _ => (list.into(), key.into()),
        }
    }

    async fn all(&self, list: &str, key: &str) -> Result<Vec<String>> {
        let mut all = self
            .inner
            .items(list, key, &PageRequest::first(1000))
            .await?
            .items;
        match self.defect {
            Defect::DuplicatesKept => {
                let added = self.added.lock().unwrap();
                let times = |item: &String| added.get(item).copied().unwrap_or(1);
                all = all
                    .into_iter()
                    .flat_map(|item| std::iter::repeat_n(item.clone(), times(&item)))
                    .collect();
            }
            Defect::ReadsLate if all.len() > 3 => {
                all.pop();
            }
            _ => {}
        }
        Ok(all)
    }
}

#[async_trait]
impl KeyListStore for BrokenKeyList {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn add(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added> {
        let (list, key) = &self.place(list, key);
        let ignored = match self.defect {
            Defect::AbsentIgnored => *precondition == Precondition::Absent,
            Defect::MatchTaken => matches!(precondition, Precondition::Match(_)),
            Defect::CheckedBefore => {
                let there = self.inner.contains(list, key, item).await?;
                tokio::task::yield_now().await;
                if !there {
                    self.inner.add(list, key, item, &Precondition::None).await?;
                    return Ok(Added::New);
                }
                false
            }
            _ => false,
        };
        let precondition = if ignored {
            &Precondition::None
        } else {
            precondition
        };
        let added = self.inner.add(list, key, item, precondition).await?;
        *self.added.lock().unwrap().entry(item.into()).or_default() += 1;
        Ok(match self.defect {
            Defect::AlwaysNew => Added::New,
            _ => added,
        })
    }

    async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()> {
        let (list, key) = &self.place(list, key);
        match self.defect {
            Defect::MissingRemoveFails if !self.inner.contains(list, key, item).await? => {
                Err(Error::new(ErrorKind::NotFound, "there is no such item"))
            }
            Defect::RemoveIgnored => self.inner.contains(list, key, item).await.map(drop),
            _ => self.inner.remove(list, key, item).await,
        }
    }

    async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool> {
        let (list, key) = &self.place(list, key);
        self.inner.contains(list, key, item).await
    }

    async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>> {
        let (list, key) = &self.place(list, key);
        let found = match self.defect {
            Defect::DuplicatesKept | Defect::OffsetCursor | Defect::ReadsLate => {
                page_by_offset(self.all(list, key).await?, page)
            }
            _ => self.inner.items(list, key, page).await?,
        };
        Ok(match self.defect {
            Defect::BorderLost => lose_at_border(found),
            Defect::Unordered => Page {
                items: found.items.into_iter().rev().collect(),
                next: found.next,
            },
            _ => found,
        })
    }

    async fn clear(&self, list: &str, key: &str) -> Result<()> {
        let (list, key) = &self.place(list, key);
        if self.defect == Defect::ClearsTheFirstPage {
            let first = self.inner.items(list, key, &PageRequest::first(25)).await?;
            for item in first.items {
                self.inner.remove(list, key, &item).await?;
            }
            return Ok(());
        }
        self.inner.clear(list, key).await
    }
}
