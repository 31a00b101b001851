//! The inbox that each event passes.

use std::time::Duration;

use beehive_aws::dynamo::DynamoInbox;
use beehive_core::event::EventId;
use beehive_core::queue::QueueName;
use beehive_core::store::{Inbox as _, InboxEntry, InboxKey};
use beehive_tests::trials::namespace;

use super::Bench;
use super::item::{item, number, table, text};
use crate::Result;
use crate::report::Report;

/// Longer than the run takes.
const REMEMBERED: Duration = Duration::from_hours(1);

impl Bench<'_> {
    pub(super) async fn inboxes(&self, report: &mut Report, inbox: &DynamoInbox) -> Result<()> {
        let (name, table) = (namespace(), table("inbox"));
        let queue: QueueName = "Bench-Inbox".parse()?;
        self.each(
            report,
            "inbox_look_and_record",
            "2000",
            async |_| {
                let key = InboxKey {
                    event: EventId::new(),
                    queue: queue.clone(),
                };
                inbox.look(&key).await?;
                let entry = InboxEntry { follow_ups: 1 };
                inbox.record(&key, entry, REMEMBERED).await?;
                Ok(())
            },
            async |id| {
                let key = item([("pk", text(&format!("{name}/{id}")))]);
                let request = self.dynamo.get_item().table_name(&table);
                let request = request.set_key(Some(key.clone())).consistent_read(true);
                request.send().await?;
                let mut entry = key;
                entry.extend(item([("mark", number(1)), ("ttl", number(1))]));
                let request = self.dynamo.put_item().table_name(&table);
                let request = request
                    .set_item(Some(entry))
                    .condition_expression("attribute_not_exists(pk)");
                request.send().await?;
                Ok(())
            },
        )
        .await
    }
}
