//! Counters: added to, added to once, and read.

use aws_sdk_dynamodb::types::{Put, ReturnValue, TransactWriteItem, Update};
use beehive_aws::dynamo::DynamoCounter;
use beehive_core::store::{Change, CounterStore as _, OperationId};
use beehive_tests::trials::namespace;

use super::item::{item, number, table, text};
use super::{Bench, ONE_EACH};
use crate::Result;
use crate::report::Report;

impl Bench<'_> {
    pub(super) async fn counters(&self, report: &mut Report, store: &DynamoCounter) -> Result<()> {
        const ADD: &str = "ADD n :one";
        let (name, table) = (namespace(), table("counter"));
        let key = || item([("pk", text(&name))]);
        self.each(
            report,
            "counter_add",
            ONE_EACH,
            async |_| {
                store.change(&name, &Change::add(1)).await?;
                Ok(())
            },
            async |_| {
                let request = self.dynamo.update_item().table_name(&table);
                let request = request
                    .set_key(Some(key()))
                    .update_expression(ADD)
                    .expression_attribute_values(":one", number(1))
                    .return_values(ReturnValue::UpdatedNew);
                request.send().await?;
                Ok(())
            },
        )
        .await?;
        self.each(
            report,
            "counter_add_once",
            ONE_EACH,
            async |id| {
                let change = Change::add(1).once(OperationId::new(id));
                store.change(&name, &change).await?;
                Ok(())
            },
            async |id| {
                let update = Update::builder()
                    .table_name(&table)
                    .set_key(Some(key()))
                    .update_expression(ADD)
                    .expression_attribute_values(":one", number(1))
                    .build()?;
                let note = item([("pk", text(&format!("{name}/{id}"))), ("ttl", number(1))]);
                let note = Put::builder()
                    .table_name(&table)
                    .set_item(Some(note))
                    .condition_expression("attribute_not_exists(pk)")
                    .build()?;
                let request = self.dynamo.transact_write_items();
                let request = request
                    .transact_items(TransactWriteItem::builder().update(update).build())
                    .transact_items(TransactWriteItem::builder().put(note).build());
                request.send().await?;
                Ok(())
            },
        )
        .await?;
        self.each(
            report,
            "counter_value",
            ONE_EACH,
            async |_| {
                store.value(&name).await?;
                Ok(())
            },
            async |_| {
                let request = self.dynamo.get_item().table_name(&table);
                let request = request.set_key(Some(key())).consistent_read(true);
                request.send().await?;
                Ok(())
            },
        )
        .await
    }
}
