//! Documents: written, written anew, read, and deleted.

use std::sync::{Mutex, PoisonError};

use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use beehive_aws::dynamo::DynamoCollection;
use beehive_core::page::PageRequest;
use beehive_core::store::{CollectionStore as _, Precondition, Range};
use beehive_tests::trials::namespace;

use super::item::{bytes, item, table, text};
use super::{Bench, ONE_EACH, body};
use crate::Result;
use crate::report::Report;

/// How many documents a page has.
const PAGE: u16 = 50;

impl Bench<'_> {
    pub(super) async fn documents(
        &self,
        report: &mut Report,
        store: &DynamoCollection,
    ) -> Result<()> {
        let name = namespace();
        self.written(report, store, &name).await?;
        self.read(report, store, &name).await
    }

    async fn written(
        &self,
        report: &mut Report,
        store: &DynamoCollection,
        name: &str,
    ) -> Result<()> {
        let table = table("collection");
        let key = |id: &str| item([("pk", text(name)), ("sk", text(id))]);
        let put = |id: &str, version: &str| -> PutItemFluentBuilder {
            let mut document = key(id);
            document.extend(item([("data", bytes(body())), ("op", text(version))]));
            let request = self.dynamo.put_item().table_name(&table);
            request.set_item(Some(document))
        };
        self.each(
            report,
            "document_insert",
            ONE_EACH,
            async |id| {
                store
                    .put(name, &id, body().into(), &Precondition::Absent)
                    .await?;
                Ok(())
            },
            async |id| {
                let request = put(&id, &id).condition_expression("attribute_not_exists(pk)");
                request.send().await?;
                Ok(())
            },
        )
        .await?;
        let first = store
            .put(name, "one", body().into(), &Precondition::None)
            .await?;
        let version = Mutex::new(first);
        put("one", "first").send().await?;
        let before = Mutex::new("first".to_owned());
        self.each(
            report,
            "document_update",
            ONE_EACH,
            async |_| {
                let expected = version
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone();
                let expected = Precondition::Match(expected);
                let now = store.put(name, "one", body().into(), &expected).await?;
                *version.lock().unwrap_or_else(PoisonError::into_inner) = now;
                Ok(())
            },
            async |id| {
                let expected = before
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone();
                let request = put("one", &id)
                    .condition_expression("op = :before")
                    .expression_attribute_values(":before", text(&expected));
                request.send().await?;
                *before.lock().unwrap_or_else(PoisonError::into_inner) = id;
                Ok(())
            },
        )
        .await
    }

    /// Reads what was written, and deletes it.
    async fn read(&self, report: &mut Report, store: &DynamoCollection, name: &str) -> Result<()> {
        let table = table("collection");
        let key = |id: &str| item([("pk", text(name)), ("sk", text(id))]);
        self.each(
            report,
            "document_get",
            ONE_EACH,
            async |_| {
                store
                    .get(name, "one")
                    .await?
                    .ok_or("the document is gone")?;
                Ok(())
            },
            async |_| {
                let request = self.dynamo.get_item().table_name(&table);
                let request = request.set_key(Some(key("one"))).consistent_read(true);
                request.send().await?.item.ok_or("the document is gone")?;
                Ok(())
            },
        )
        .await?;
        self.each(
            report,
            "document_page",
            ONE_EACH,
            async |_| {
                let page = PageRequest::first(PAGE.into());
                store.range(name, &Range::All, &page).await?;
                Ok(())
            },
            async |_| {
                let request = self.dynamo.query().table_name(&table);
                let request = request
                    .key_condition_expression("pk = :pk")
                    .expression_attribute_values(":pk", text(name))
                    .limit(PAGE.into())
                    .consistent_read(true);
                request.send().await?;
                Ok(())
            },
        )
        .await?;
        self.each(
            report,
            "document_delete",
            ONE_EACH,
            async |id| Ok(store.delete(name, &id, &Precondition::None).await?),
            async |id| {
                let request = self.dynamo.delete_item().table_name(&table);
                request.set_key(Some(key(&id))).send().await?;
                Ok(())
            },
        )
        .await
    }
}
