//! Key-lists: items added, looked for, listed and removed.

use beehive_aws::dynamo::DynamoKeyList;
use beehive_core::page::PageRequest;
use beehive_core::store::{KeyListStore as _, Precondition};
use beehive_tests::trials::namespace;

use super::item::{item, table, text};
use super::{Bench, ONE_EACH};
use crate::Result;
use crate::report::Report;

/// How many items a page has.
const PAGE: u16 = 50;

impl Bench<'_> {
    pub(super) async fn lists(&self, report: &mut Report, store: &DynamoKeyList) -> Result<()> {
        let (name, table) = (namespace(), table("key-list"));
        let key = |id: &str| item([("pk", text(&name)), ("sk", text(id))]);
        self.each(
            report,
            "list_add",
            ONE_EACH,
            async |id| {
                store.add(&name, "1", &id, &Precondition::None).await?;
                Ok(())
            },
            async |id| {
                let request = self.dynamo.put_item().table_name(&table);
                let request = request
                    .set_item(Some(key(&id)))
                    .condition_expression("attribute_not_exists(pk)");
                request.send().await?;
                Ok(())
            },
        )
        .await?;
        self.each(
            report,
            "list_contains",
            ONE_EACH,
            async |id| {
                store.contains(&name, "1", &id).await?;
                Ok(())
            },
            async |id| {
                let request = self.dynamo.get_item().table_name(&table);
                let request = request.set_key(Some(key(&id))).consistent_read(true);
                request.send().await?;
                Ok(())
            },
        )
        .await?;
        self.each(
            report,
            "list_page",
            ONE_EACH,
            async |_| {
                let page = PageRequest::first(PAGE.into());
                store.items(&name, "1", &page).await?;
                Ok(())
            },
            async |_| {
                let request = self.dynamo.query().table_name(&table);
                let request = request
                    .key_condition_expression("pk = :pk")
                    .expression_attribute_values(":pk", text(&name))
                    .projection_expression("sk")
                    .limit(PAGE.into())
                    .consistent_read(true);
                request.send().await?;
                Ok(())
            },
        )
        .await?;
        self.each(
            report,
            "list_remove",
            ONE_EACH,
            async |id| Ok(store.remove(&name, "1", &id).await?),
            async |id| {
                let request = self.dynamo.delete_item().table_name(&table);
                request.set_key(Some(key(&id))).send().await?;
                Ok(())
            },
        )
        .await
    }
}
