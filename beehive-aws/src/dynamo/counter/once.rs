//! Changes that are applied once: the counter and the note in one transaction.

use std::time::Duration;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, Get, Put, ReturnValuesOnConditionCheckFailure as OnFailure,
    TransactGetItem, TransactWriteItem, Update,
};
use beehive_core::store::{Change, CounterOutcome, OperationId};
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use super::decision::{Decision, decide, out_of_range};
use super::{CHANGE, DynamoCounter};
use crate::attempts::{Repeat, pause};
use crate::clock::Millis;
use crate::dynamo::item::{self, Item, has_ended, is_by, note, read_counter};
use crate::dynamo::table::{Expression, expressed};
use crate::write_id::WriteId;

/// For how long it is noted that an operation was applied: the day that is promised, and an hour so
/// that nobody forgets it within the day.
const NOTE_RETENTION: Duration = Duration::from_hours(25);

/// One change that is to be applied once.
struct Once<'a> {
    key: &'a str,
    change: &'a Change,
    counter: Item,
    note: String,
    /// In the note, so that it is known whose it is.
    id: WriteId,
}

/// What became of a transaction.
#[derive(Debug, PartialEq)]
enum Tried {
    Applied,
    /// The note was there already. If the counter was looked at too, this is where it is.
    Noted(Option<i64>),
    /// The counter is elsewhere.
    Moved(i64),
    /// Another transaction was at it.
    Busy,
}

/// What there is: the counter, and whether the operation was applied.
struct Seen {
    value: i64,
    noted: bool,
}

impl DynamoCounter {
    pub(super) async fn change_once(
        &self,
        key: &str,
        change: &Change,
        operation: &OperationId,
    ) -> Result<CounterOutcome> {
        let once = Once {
            key,
            change,
            counter: self.key(key),
            note: self.table.names.two(key, operation.as_str()),
            id: WriteId::new(),
        };
        let deadline = self.table.attempts.deadline();
        let Some(_turn) = self.known.turn(key, deadline).await else {
            return Err(crowded());
        };
        let outcome = self.try_until(&once, deadline).await;
        match &outcome {
            Ok(outcome) => self.known.set(key, outcome.value()),
            Err(_) => self.known.forget(key),
        }
        outcome
    }

    async fn try_until(&self, once: &Once<'_>, deadline: Instant) -> Result<CounterOutcome> {
        let mut guess = self.known.get(once.key);
        let mut rounds = 0;
        loop {
            // A guess that refuses the change may be wrong, so it is not believed without a look.
            let target = match guess.map(|value| (value, decide(value, once.change))) {
                Some((value, Decision::Apply(changed))) => Some((value, changed)),
                _ => None,
            };
            let busy = match target {
                Some((value, changed)) => match self.try_once(once, value, changed).await? {
                    Tried::Applied => return Ok(CounterOutcome::Applied(changed)),
                    Tried::Noted(Some(value)) => return Ok(CounterOutcome::AlreadyApplied(value)),
                    Tried::Noted(None) => {
                        let value = read_counter(self.look(once.key).await?.as_ref())?;
                        return Ok(CounterOutcome::AlreadyApplied(value));
                    }
                    Tried::Moved(value) => {
                        guess = Some(value);
                        // The first time this process was merely behind.
                        rounds > 0
                    }
                    Tried::Busy => true,
                },
                None => match self.see(once).await? {
                    Some(seen) => {
                        if let Some(outcome) = seen.settle(once.change)? {
                            return Ok(outcome);
                        }
                        guess = Some(seen.value);
                        false
                    }
                    None => true,
                },
            };
            rounds += 1;
            if busy {
                pause(rounds).await;
            }
            if Instant::now() >= deadline {
                return Err(crowded());
            }
        }
    }

    /// Writes counter and note, if the counter is at this value and there is no note.
    async fn try_once(&self, once: &Once<'_>, value: i64, changed: i64) -> Result<Tried> {
        let now = Millis::now();
        let ends = now.plus(NOTE_RETENTION).plus(self.tolerance);
        let items = [
            self.counter_update(once, value, changed),
            self.note_put(once, now, ends),
        ];
        let items: Vec<TransactWriteItem> = items
            .into_iter()
            .collect::<std::result::Result<_, BuildError>>()
            .map_err(unbuilt)?;
        // A new one for every value: DynamoDB remembers for ten minutes what it was for.
        let token = WriteId::new();
        let done = self
            .table
            .attempts
            .call(Repeat::Always, || {
                self.table
                    .client
                    .transact_write_items()
                    .set_transact_items(Some(items.clone()))
                    .client_request_token(token.as_str())
                    .send()
            })
            .await;
        let Err(failed) = done else {
            return Ok(Tried::Applied);
        };
        if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            failed.service()
            && let Some(tried) = tried(cancelled.cancellation_reasons(), &once.id)?
        {
            return Ok(tried);
        }
        Err(failed.into_error(CHANGE))
    }

    fn counter_update(
        &self,
        once: &Once<'_>,
        value: i64,
        changed: i64,
    ) -> std::result::Result<TransactWriteItem, BuildError> {
        let update = Expression {
            text: "SET #n = :changed, #op = :op",
            attributes: &[item::NUMBER, item::OPERATION],
            values: [
                (":changed", item::number(changed)),
                (":op", item::operation(&once.id)),
                (":value", item::number(value)),
            ],
        };
        let condition = if value == 0 {
            "attribute_not_exists(#n) OR #n = :value"
        } else {
            "#n = :value"
        };
        let request = Update::builder()
            .table_name(&*self.table.name)
            .set_key(Some(once.counter.clone()))
            .condition_expression(condition)
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let update = expressed!(request, update)
            .update_expression(update.text)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn note_put(
        &self,
        once: &Once<'_>,
        now: Millis,
        ends: Millis,
    ) -> std::result::Result<TransactWriteItem, BuildError> {
        let condition = Expression {
            text: "attribute_not_exists(#pk) OR #ends <= :now",
            attributes: &[item::PARTITION, item::ENDS],
            values: [(":now", item::millis(now))],
        };
        let request = Put::builder()
            .table_name(&*self.table.name)
            .set_item(Some(note(&once.note, &once.id, ends)))
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let put = expressed!(request, condition)
            .condition_expression(condition.text)
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Looks at counter and note at one moment; `None` if another transaction was at them.
    async fn see(&self, once: &Once<'_>) -> Result<Option<Seen>> {
        let keys = [once.counter.clone(), item::key(&once.note, None)];
        let items: Vec<TransactGetItem> = keys
            .into_iter()
            .map(|key| {
                let get = Get::builder()
                    .table_name(&*self.table.name)
                    .set_key(Some(key))
                    .build()?;
                Ok(TransactGetItem::builder().get(get).build())
            })
            .collect::<std::result::Result<_, BuildError>>()
            .map_err(unbuilt)?;
        let answer = self
            .table
            .attempts
            .call(Repeat::Always, || {
                self.table
                    .client
                    .transact_get_items()
                    .set_transact_items(Some(items.clone()))
                    .send()
            })
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            // A look expects nothing, so only another transaction can be in its way.
            Err(failed) if failed.kind() == ErrorKind::Conflict => return Ok(None),
            Err(failed) => return Err(failed.into_error(CHANGE)),
        };
        let mut found = answer
            .responses
            .unwrap_or_default()
            .into_iter()
            .map(|response| response.item.filter(|item| !item.is_empty()));
        let (counter, note) = (found.next().flatten(), found.next().flatten());
        let noted = match note {
            Some(note) => !has_ended(&note, Millis::now())?,
            None => false,
        };
        Ok(Some(Seen {
            value: read_counter(counter.as_ref())?,
            noted,
        }))
    }
}

impl Seen {
    /// What the change comes to, if that needs no write.
    fn settle(&self, change: &Change) -> Result<Option<CounterOutcome>> {
        if self.noted {
            return Ok(Some(CounterOutcome::AlreadyApplied(self.value)));
        }
        match decide(self.value, change) {
            Decision::Apply(_) => Ok(None),
            Decision::BelowFloor => Ok(Some(CounterOutcome::BelowFloor(self.value))),
            Decision::OutOfRange => Err(out_of_range(self.value, change)),
        }
    }
}

/// What a cancelled transaction comes to, by the reasons for the counter and for the note; `None` if
/// it is of no kind that is expected.
fn tried(reasons: &[CancellationReason], id: &WriteId) -> Result<Option<Tried>> {
    const REFUSED: &str = "ConditionalCheckFailed";
    let [counter, note] = reasons else {
        return Ok(None);
    };
    let refused = |reason: &CancellationReason| reason.code() == Some(REFUSED);
    let value = if refused(counter) {
        Some(read_counter(
            counter.item().filter(|item| !item.is_empty()),
        )?)
    } else {
        None
    };
    if refused(note) {
        // An attempt before this one was not answered, but it was applied.
        let ours = note.item().is_some_and(|note| is_by(note, id));
        return Ok(Some(if ours {
            Tried::Applied
        } else {
            Tried::Noted(value)
        }));
    }
    if let Some(value) = value {
        return Ok(Some(Tried::Moved(value)));
    }
    let busy = |reason: &CancellationReason| {
        matches!(
            reason.code(),
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
        )
    };
    Ok(reasons.iter().any(busy).then_some(Tried::Busy))
}

fn crowded() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "too many change the counter at once, and it was never this one's turn",
    )
}

fn unbuilt(error: BuildError) -> Error {
    Error::new(ErrorKind::Unexpected, "a request could not be built").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &str, item: Option<Item>) -> CancellationReason {
        CancellationReason::builder()
            .code(code)
            .set_item(item)
            .build()
    }

    #[test]
    fn a_cancelled_transaction_tells_why() {
        let (ours, theirs) = (WriteId::new(), WriteId::new());
        let none = || reason("None", None);
        let counter = |value: i64| {
            let item = Item::from([(item::NUMBER.to_owned(), item::number(value))]);
            reason("ConditionalCheckFailed", Some(item))
        };
        let noted = |by: &WriteId| {
            let item = note("ns/1:ab", by, Millis(1));
            reason("ConditionalCheckFailed", Some(item))
        };
        let conflict = || reason("TransactionConflict", None);
        for (reasons, expected) in [
            (vec![counter(7), none()], Some(Tried::Moved(7))),
            (
                vec![reason("ConditionalCheckFailed", None), none()],
                Some(Tried::Moved(0)),
            ),
            (vec![none(), noted(&theirs)], Some(Tried::Noted(None))),
            (
                vec![counter(7), noted(&theirs)],
                Some(Tried::Noted(Some(7))),
            ),
            (vec![counter(7), noted(&ours)], Some(Tried::Applied)),
            (vec![conflict(), none()], Some(Tried::Busy)),
            (vec![none(), conflict()], Some(Tried::Busy)),
            (
                vec![none(), reason("ThrottlingError", None)],
                Some(Tried::Busy),
            ),
            (vec![none(), reason("ValidationError", None)], None),
            (vec![], None),
        ] {
            let shown = format!("{reasons:?}");
            assert_eq!(tried(&reasons, &ours).unwrap(), expected, "{shown}");
        }
    }
}
