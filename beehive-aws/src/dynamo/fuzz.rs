//! What must hold of an item, whatever is in it.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use beehive_core::fuzzing::Form;
use beehive_core::{ErrorKind, Result};

use super::item::{self, Item};
use crate::clock::Millis;
use crate::write_id::WriteId;

/// An item in a [`Form`], with attributes as `name S: text`, `name N: digits` or `name B: bytes`.
///
/// Each kind of item is read as what it says, or refused as invalid: it is never taken for another.
pub(crate) fn item(data: &[u8]) {
    let form = Form::read(data);
    let attributes = form.headers().map(|(name, value)| {
        let (name, kind) = name.split_once(' ').unwrap_or((name, ""));
        let value = match kind {
            "S" => AttributeValue::S(value),
            "N" => AttributeValue::N(value),
            "B" => AttributeValue::B(Blob::new(value)),
            "BOOL" => AttributeValue::Bool(true),
            _ => AttributeValue::Null(true),
        };
        (name.to_owned(), value)
    });
    let item: Item = attributes.collect();

    if let Some(document) = sound(item::read_document(item.clone())) {
        assert_eq!(Some(&document.id), item[item::SORT].as_s().ok());
        assert_eq!(document.data, item[item::DATA].as_b().unwrap().as_ref());
        assert_eq!(
            document.etag.as_str(),
            item[item::OPERATION].as_s().unwrap()
        );
    }
    if let Some(text) = sound(item::read_list_item(item.clone())) {
        assert_eq!(Some(&text), item[item::SORT].as_s().ok());
    }
    let digits = |name: &str| item[name].as_n().unwrap().parse::<i128>().unwrap();
    if let Some(value) = sound(item::read_counter(Some(&item))) {
        assert_eq!(i128::from(value), digits(item::NUMBER));
    }
    if let Some(token) = sound(item::read_token(&item)) {
        assert_eq!(i128::from(token), digits(item::TOKEN));
    }
    if let Some(entry) = sound(item::read_entry(&item)) {
        assert_eq!(i128::from(entry.follow_ups), digits(item::MARK));
    }
    for now in [0, 1_700_000_000_000, u64::MAX] {
        if let Some(ended) = sound(item::has_ended(&item, Millis(now))) {
            assert_eq!(ended, digits(item::ENDS) <= i128::from(now));
        }
    }
    assert!(!item::is_by(&item, &WriteId::new()));
}

/// What was read; what was not is invalid.
fn sound<T>(read: Result<T>) -> Option<T> {
    let error = match read {
        Ok(read) => return Some(read),
        Err(error) => error,
    };
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(!error.is_temporary(), "{error}");
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    // What is tested is called like what it reads.
    use super::item as target;

    proptest! {
        #[test]
        fn any_item(
            attributes in proptest::collection::vec(
                ("(pk|sk|data|op|n|token|mark|ends|ttl|[a-z]{1,3}) (S|N|B|BOOL|NULL)", "[+-]?[0-9]{0,21}(\\.[0-9])?|.{0,9}"),
                0..8,
            ),
        ) {
            let mut form = String::new();
            form.extend(attributes.iter().map(|(name, value)| format!("{name}: {value}\n")));
            target(form.as_bytes());
        }
    }
}
