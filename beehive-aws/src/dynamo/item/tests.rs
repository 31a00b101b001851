//! Tests of the layout: what is written is what is read, and as documented.

use beehive_core::ErrorKind;
use proptest::prelude::*;

use super::*;

/// An item as text, sorted, so that the layout can be read in a test.
fn shown(item: &Item) -> Vec<String> {
    let mut lines: Vec<String> = item
        .iter()
        .map(|(name, value)| match value {
            AttributeValue::S(text) => format!("{name} S {text}"),
            AttributeValue::N(number) => format!("{name} N {number}"),
            AttributeValue::B(bytes) => format!("{name} B {:?}", bytes.as_ref()),
            other => format!("{name} {other:?}"),
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn the_layout_is_as_documented() {
    let id = WriteId::new();
    let op = format!("op S {}", id.as_str());
    let ends = Millis(1_500);
    for (item, expected) in [
        (
            document("ns/=orders", "4711", &Bytes::from_static(b"x"), &id),
            vec!["data B [120]", &op, "pk S ns/=orders", "sk S 4711"],
        ),
        (
            list_item("ns/5:ready1", "a", &id),
            vec![&*op, "pk S ns/5:ready1", "sk S a"],
        ),
        (
            note("ns/3:key1", &id, ends),
            vec!["ends N 1500", &op, "pk S ns/3:key1", "ttl N 2"],
        ),
        (
            entry("ns/1:eq", InboxEntry { follow_ups: 7 }, &id, ends),
            vec!["ends N 1500", "mark N 7", &op, "pk S ns/1:eq", "ttl N 2"],
        ),
    ] {
        assert_eq!(shown(&item), expected);
    }
}

#[test]
fn dynamo_never_deletes_what_has_not_ended() {
    let id = WriteId::new();
    for ends in [1, 999, 1_000, 1_001, 1_700_000_000_001] {
        let item = note("ns/3:key1", &id, Millis(ends));
        let ttl: u64 = read_number(&item, TTL).unwrap();
        assert!(ttl * 1000 >= ends, "{ends}");
        assert!(has_ended(&item, Millis(ends)).unwrap());
        assert!(!has_ended(&item, Millis(ends - 1)).unwrap());
    }
}

#[test]
fn an_item_knows_its_write() {
    let (ours, theirs) = (WriteId::new(), WriteId::new());
    let item = list_item("ns/5:ready1", "a", &ours);
    assert!(is_by(&item, &ours) && !is_by(&item, &theirs));
    assert!(!is_by(&Item::new(), &ours));
}

#[test]
fn what_is_not_in_the_layout_is_refused() {
    let with = |name: &str, value: AttributeValue| Item::from([(name.to_owned(), value)]);
    let refused = |result: Result<()>| result.unwrap_err().kind();
    for item in [
        Item::new(),
        with(NUMBER, text("7")),
        with(NUMBER, AttributeValue::N("1.5".into())),
        with(NUMBER, number(i128::from(i64::MAX) + 1)),
    ] {
        let read = read_counter(Some(&item)).map(drop);
        assert_eq!(refused(read), ErrorKind::Invalid, "{item:?}");
    }
    assert_eq!(
        refused(read_document(Item::new()).map(drop)),
        ErrorKind::Invalid
    );
    assert_eq!(
        refused(read_list_item(Item::new()).map(drop)),
        ErrorKind::Invalid
    );
    assert_eq!(
        refused(has_ended(&Item::new(), Millis(0)).map(drop)),
        ErrorKind::Invalid
    );
}

#[test]
fn the_largest_document_fits_under_the_longest_names() {
    use crate::dynamo::names::{NAMESPACE_MAX, Names, SORT_MAX};
    let name = "x".repeat(SORT_MAX);
    let partition = Names::new(&"n".repeat(NAMESPACE_MAX)).one(&name);
    let data = Bytes::from(vec![0; DATA_MAX]);
    let item = document(&partition, &name, &data, &WriteId::new());
    // As DynamoDB counts: the bytes of names and values.
    let size: usize = item
        .iter()
        .map(|(name, value)| {
            name.len()
                + match value {
                    AttributeValue::S(text) => text.len(),
                    AttributeValue::B(bytes) => bytes.as_ref().len(),
                    other => panic!("{other:?}"),
                }
        })
        .sum();
    assert!(size <= ITEM_MAX, "{size}");
}

proptest! {
    #[test]
    fn documents_are_read_as_they_were_written(
        id in "\\PC{1,20}", data in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        let version = WriteId::new();
        let data = Bytes::from(data);
        let item = document("ns/=orders", &id, &data, &version);
        let read = read_document(item).unwrap();
        prop_assert_eq!(read, Document { id, data, etag: Etag::new(version.as_str()) });
    }

    #[test]
    fn list_items_are_read_as_they_were_written(text in "\\PC{1,20}") {
        let item = list_item("ns/5:ready1", &text, &WriteId::new());
        prop_assert_eq!(read_list_item(item).unwrap(), text);
    }

    #[test]
    fn entries_are_read_as_they_were_written(follow_ups in any::<u64>(), ends in any::<u64>()) {
        let new = InboxEntry { follow_ups };
        let item = entry("ns/1:eq", new, &WriteId::new(), Millis(ends));
        prop_assert_eq!(read_entry(&item).unwrap(), new);
        prop_assert!(has_ended(&item, Millis(ends)).unwrap());
    }

    #[test]
    fn counters_are_read_as_they_were_written(value in any::<i64>()) {
        let item = Item::from([(NUMBER.to_owned(), number(value))]);
        prop_assert_eq!(read_counter(Some(&item)).unwrap(), value);
    }
}
