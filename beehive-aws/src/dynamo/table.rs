//! One table: its requests, and what becomes of those that expect something.

use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure,
};
use beehive_core::{Error, Result};

use super::item::{self, Item};
use super::names::Names;
use crate::attempts::{Attempts, Failed, Repeat};

/// One table, as far as one namespace sees it.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) client: Client,
    pub(super) attempts: Attempts,
    pub(super) name: Arc<str>,
    pub(super) names: Names,
}

impl fmt::Debug for Table {
    /// Without the client, which shows the endpoint with whatever user it has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("name", &self.name)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// What a request says in DynamoDB's language, with the attributes it names as `#name` and the
/// values it names as `:name`. Every attribute is named that way, since some names are reserved.
#[derive(Clone, Debug)]
pub(super) struct Expression<const N: usize> {
    pub(super) text: &'static str,
    pub(super) attributes: &'static [&'static str],
    pub(super) values: [(&'static str, AttributeValue); N],
}

/// What became of a write that expects something.
#[derive(Debug)]
pub(super) enum Written {
    /// It was done; of an update, these are the attributes that changed.
    Done(Option<Item>),
    /// It was not what it expected.
    Refused(Refusal),
}

/// Why a write was refused.
#[derive(Debug)]
pub(super) struct Refusal {
    /// What is there instead.
    pub(super) found: Option<Item>,
    /// Whether an attempt before may have taken effect, so that this one refused itself.
    pub(super) doubtful: bool,
}

/// How an attribute is named in an expression.
pub(super) fn placeholder(attribute: &str) -> String {
    format!("#{attribute}")
}

/// Adds to a request the names and values of an expression.
macro_rules! expressed {
    ($request:expr, $expression:expr) => {{
        let mut request = $request;
        for attribute in $expression.attributes {
            request = request.expression_attribute_names(
                $crate::dynamo::table::placeholder(attribute),
                *attribute,
            );
        }
        for (name, value) in $expression.values {
            request = request.expression_attribute_values(name, value);
        }
        request
    }};
}
pub(super) use expressed;

/// A refusal, if that is why a request failed.
macro_rules! refusal {
    ($failed:expr, $operation:expr, $error:ident) => {{
        let failed = $failed;
        if let Some($error::ConditionalCheckFailedException(refused)) = failed.service() {
            let found = refused.item().cloned();
            Ok(Written::Refused(Refusal {
                found,
                doubtful: failed.was_doubtful(),
            }))
        } else {
            Err(failed.into_error($operation))
        }
    }};
}

impl Table {
    /// Reads an item as the last ended write left it.
    pub(super) async fn read(&self, operation: &'static str, key: Item) -> Result<Option<Item>> {
        self.attempts
            .call(Repeat::Always, || {
                self.client
                    .get_item()
                    .table_name(&*self.name)
                    .set_key(Some(key.clone()))
                    .consistent_read(true)
                    .send()
            })
            .await
            .map(|answer| answer.item)
            .map_err(|failed| failed.into_error(operation))
    }

    /// Writes an item, if it is as expected.
    pub(super) async fn put<const N: usize>(
        &self,
        operation: &'static str,
        item: impl Fn() -> Item + Send + Sync,
        condition: Option<Expression<N>>,
    ) -> Result<Written> {
        let done = self
            .attempts
            .call(Repeat::Always, || {
                let mut request = self
                    .client
                    .put_item()
                    .table_name(&*self.name)
                    .set_item(Some(item()));
                if let Some(condition) = condition.clone() {
                    request = expressed!(request, condition)
                        .condition_expression(condition.text)
                        .return_values_on_condition_check_failure(OnFailure::AllOld);
                }
                request.send()
            })
            .await;
        match done {
            Ok(_) => Ok(Written::Done(None)),
            Err(failed) => refusal!(failed, operation, PutItemError),
        }
    }

    /// Changes an item, if it is as expected, and returns what changed. The condition and the update
    /// share their attributes and values.
    pub(super) async fn update<const N: usize>(
        &self,
        repeat: Repeat,
        key: &Item,
        condition: &'static str,
        update: &Expression<N>,
    ) -> std::result::Result<Written, Failed<UpdateItemError>> {
        let done = self
            .attempts
            .call(repeat, || {
                let update = update.clone();
                let request = self
                    .client
                    .update_item()
                    .table_name(&*self.name)
                    .set_key(Some(key.clone()))
                    .condition_expression(condition)
                    .return_values(ReturnValue::UpdatedNew)
                    .return_values_on_condition_check_failure(OnFailure::AllOld);
                expressed!(request, update)
                    .update_expression(update.text)
                    .send()
            })
            .await;
        match done {
            Ok(answer) => Ok(Written::Done(answer.attributes)),
            Err(failed) => match failed.service() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Written::Refused(Refusal {
                        found: refused.item().cloned(),
                        doubtful: failed.was_doubtful(),
                    }))
                }
                _ => Err(failed),
            },
        }
    }

    /// Deletes an item, if it is as expected.
    pub(super) async fn delete<const N: usize>(
        &self,
        operation: &'static str,
        key: &Item,
        condition: Option<Expression<N>>,
    ) -> Result<Written> {
        let done = self
            .attempts
            .call(Repeat::Always, || {
                let mut request = self
                    .client
                    .delete_item()
                    .table_name(&*self.name)
                    .set_key(Some(key.clone()));
                if let Some(condition) = condition.clone() {
                    request = expressed!(request, condition)
                        .condition_expression(condition.text)
                        .return_values_on_condition_check_failure(OnFailure::AllOld);
                }
                request.send()
            })
            .await;
        match done {
            Ok(_) => Ok(Written::Done(None)),
            Err(failed) => refusal!(failed, operation, DeleteItemError),
        }
    }
}

/// That nothing is there.
pub(super) fn absent() -> Expression<0> {
    Expression {
        text: "attribute_not_exists(#pk)",
        attributes: &[item::PARTITION],
        values: [],
    }
}

/// That an item is the work of this write.
pub(super) fn written_by(operation: &str) -> Expression<1> {
    Expression {
        text: "#op = :op",
        attributes: &[item::OPERATION],
        values: [(":op", item::text(operation))],
    }
}

/// Names the place of an error.
pub(super) fn at(error: Error, place: &[(&'static str, &str)]) -> Error {
    place.iter().fold(error, |error, (name, value)| {
        error.with_context(name, value)
    })
}
