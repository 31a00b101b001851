//! Locks, taken and given back.

use std::time::Duration;

use beehive_aws::dynamo::DynamoLock;
use beehive_core::store::LockStore as _;
use beehive_tests::trials::namespace;
use jiff::Timestamp;

use super::Bench;
use super::item::{item, number, table, text};
use crate::Result;
use crate::report::Report;

/// Longer than the run takes.
const HELD: Duration = Duration::from_hours(1);

impl Bench<'_> {
    pub(super) async fn locks(&self, report: &mut Report, store: &DynamoLock) -> Result<()> {
        let (name, table) = (namespace(), table("lock"));
        self.each(
            report,
            "lock_acquire_and_release",
            "2000",
            async |_| {
                let grant = store.try_acquire(&name, HELD).await?;
                let grant = grant.ok_or("somebody has the lock")?;
                store.release(&name, grant.fencing_token).await?;
                Ok(())
            },
            async |id| {
                let key = item([("pk", text(&format!("{name}-by-hand")))]);
                let now = Timestamp::now();
                let millis = |time: Timestamp| number(time.as_millisecond().unsigned_abs());
                let request = self.dynamo.update_item().table_name(&table);
                let request = request
                    .set_key(Some(key.clone()))
                    .update_expression("SET ends = :ends, holder = :me")
                    .condition_expression("attribute_not_exists(pk) OR ends <= :now")
                    .expression_attribute_values(":ends", millis(now.checked_add(HELD)?))
                    .expression_attribute_values(":now", millis(now))
                    .expression_attribute_values(":me", text(&id));
                request.send().await?;
                let request = self.dynamo.update_item().table_name(&table);
                let request = request
                    .set_key(Some(key))
                    .update_expression("SET ends = :ended")
                    .condition_expression("holder = :me")
                    .expression_attribute_values(":ended", number(0))
                    .expression_attribute_values(":me", text(&id));
                request.send().await?;
                Ok(())
            },
        )
        .await
    }
}
