//! Parts of a partition, page by page.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Select};
use beehive_core::page::{Cursor, Page, PageRequest};
use beehive_core::store::Range;
use beehive_core::{Error, ErrorKind, Result};

use super::item::{self, Item};
use super::names::SORT_MAX;
use super::table::{Table, placeholder};
use crate::attempts::Repeat;

/// The most items of a page, whatever was asked for: a page ends at a megabyte anyhow.
const PAGE_MAX: usize = 1000;

/// Which items of a partition are read.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) partition: String,
    pub(super) sorts: Sorts,
    /// Whether keys are all that is needed of them.
    pub(super) keys_only: bool,
}

/// Which sort keys are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sorts {
    All,
    /// None at all, so that there is nothing to ask.
    Nothing,
    Prefix(String),
    /// From nothing up to this, without it.
    Below(String),
    /// From the first to the last, with both.
    Between(String, String),
}

/// The sort keys of a range. Its end may be among them.
pub(super) fn sorts_of(range: &Range) -> Result<Sorts> {
    let check = |bound: &str| {
        if bound.len() > SORT_MAX {
            return Err(
                Error::new(ErrorKind::Limit, "the bound of a range is too long")
                    .with_context("length", bound.len())
                    .with_context("limit", SORT_MAX),
            );
        }
        Ok(())
    };
    Ok(match range {
        Range::Prefix(prefix) if prefix.is_empty() => Sorts::All,
        Range::Prefix(prefix) => {
            check(prefix)?;
            Sorts::Prefix(prefix.clone())
        }
        // DynamoDB takes neither an empty key nor a range that ends before it begins.
        Range::Between(from, to) if to <= from => Sorts::Nothing,
        Range::Between(from, to) => {
            check(from)?;
            check(to)?;
            if from.is_empty() {
                Sorts::Below(to.clone())
            } else {
                Sorts::Between(from.clone(), to.clone())
            }
        }
        Range::All => Sorts::All,
        _ => return Err(Error::unsupported("read this kind of range")),
    })
}

impl Sorts {
    /// The condition in DynamoDB's language, and its values.
    fn condition(&self) -> (&'static str, Vec<(&'static str, AttributeValue)>) {
        match self {
            Self::All | Self::Nothing => ("#pk = :pk", Vec::new()),
            Self::Prefix(prefix) => (
                "#pk = :pk AND begins_with(#sk, :prefix)",
                vec![(":prefix", item::text(prefix))],
            ),
            Self::Below(to) => ("#pk = :pk AND #sk < :to", vec![(":to", item::text(to))]),
            Self::Between(from, to) => (
                "#pk = :pk AND #sk BETWEEN :from AND :to",
                vec![(":from", item::text(from)), (":to", item::text(to))],
            ),
        }
    }
}

impl Table {
    /// A page of what a query finds, as the last ended writes left it. A cursor is the sort key of
    /// the last item, so that whatever comes and goes between two pages, nothing else is lost or
    /// repeated.
    pub(super) async fn query(
        &self,
        operation: &'static str,
        query: &Query,
        page: &PageRequest,
    ) -> Result<Page<Item>> {
        let limit = i32::try_from(page.limit().get().min(PAGE_MAX)).unwrap_or(i32::MAX);
        let (condition, values) = query.sorts.condition();
        let mut names = HashMap::from([(placeholder(item::PARTITION), item::PARTITION.to_owned())]);
        if query.keys_only || query.sorts != Sorts::All {
            names.insert(placeholder(item::SORT), item::SORT.to_owned());
        }
        let mut all: HashMap<String, AttributeValue> = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        all.insert(":pk".into(), item::text(&query.partition));
        let start = page
            .after()
            .map(|cursor| item::key(&query.partition, Some(cursor.as_str())));
        let answer = self
            .attempts
            .call(Repeat::Always, || {
                let mut request = self
                    .client
                    .query()
                    .table_name(&*self.name)
                    .consistent_read(true)
                    .key_condition_expression(condition)
                    .set_expression_attribute_names(Some(names.clone()))
                    .set_expression_attribute_values(Some(all.clone()))
                    .set_exclusive_start_key(start.clone())
                    .limit(limit);
                if query.keys_only {
                    request = request
                        .select(Select::SpecificAttributes)
                        .projection_expression("#pk, #sk");
                }
                request.send()
            })
            .await
            .map_err(|failed| failed.into_error(operation))?;
        let next = match answer.last_evaluated_key {
            Some(mut last) => match last.remove(item::SORT) {
                Some(AttributeValue::S(sort)) => Some(Cursor::new(sort)),
                _ => return Err(crate::error::unreadable(item::SORT)),
            },
            None => None,
        };
        Ok(Page {
            items: answer.items.unwrap_or_default(),
            next,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_becomes_what_dynamodb_can_ask() {
        let between = |from: &str, to: &str| Range::Between(from.into(), to.into());
        for (range, expected) in [
            (Range::All, Sorts::All),
            (Range::Prefix(String::new()), Sorts::All),
            (Range::Prefix("a".into()), Sorts::Prefix("a".into())),
            (between("a", "b"), Sorts::Between("a".into(), "b".into())),
            (between("", "b"), Sorts::Below("b".into())),
            (between("", ""), Sorts::Nothing),
            (between("b", "b"), Sorts::Nothing),
            (between("b", "a"), Sorts::Nothing),
        ] {
            assert_eq!(sorts_of(&range).unwrap(), expected, "{range:?}");
        }
        let long = sorts_of(&Range::Prefix("x".repeat(SORT_MAX + 1)));
        assert_eq!(long.unwrap_err().kind(), ErrorKind::Limit);
    }
}
