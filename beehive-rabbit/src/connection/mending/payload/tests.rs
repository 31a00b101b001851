//! Payloads as publishers may have them made, and what the driver says of them.

use lapin::protocol::basic::{gen_properties, parse_properties};
use proptest::prelude::*;

use super::*;
use crate::codec::arbitrary;

/// A content header with these properties.
fn header(properties: &[u8]) -> Vec<u8> {
    [&[0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5][..], properties].concat()
}

/// The properties, mended.
fn mended(properties: &[u8]) -> Vec<u8> {
    let mut payload = header(properties);
    content_header(&mut payload);
    assert_eq!(payload[..12], header(&[]), "what is before the properties");
    payload.split_off(12)
}

/// Properties that are a table with one value, called `n`.
fn with_value(value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len() + 2).unwrap().to_be_bytes();
    [&[0x20, 0][..], &length, &[1, b'n'], value].concat()
}

/// So many arrays within each other.
fn nested(depth: usize) -> Vec<u8> {
    let mut value = Vec::new();
    for _ in 0..depth {
        let length = u32::try_from(value.len()).unwrap().to_be_bytes();
        value = [&[b'A'][..], &length, &value].concat();
    }
    value
}

#[test]
fn texts_that_are_none_are_readable_afterwards() {
    let cases: [(&[u8], &[u8]); 5] = [
        (b"\x00\x80\x03a\xff\xfe", b"\x00\x80\x03a??"),
        (b"\x00\x80\x04\xc3\xa4\xc3(", b"\x00\x80\x04\xc3\xa4?("),
        (b"\x80\x00\x02\xc3\xa4", b"\x80\x00\x02\xc3\xa4"),
        (b"\x80\x00\x01\xc3", b"\x80\x00\x01?"),
        // A name within a table, and a long text, which need not be one.
        (
            b"\x20\x00\x00\x00\x00\x09\x01\xffS\x00\x00\x00\x02\xff\xfe",
            b"\x20\x00\x00\x00\x00\x09\x01?S\x00\x00\x00\x02\xff\xfe",
        ),
    ];
    for (sent, expected) in cases {
        assert_eq!(mended(sent), expected, "{}", sent.escape_ascii());
        let (rest, _) = parse_properties(expected).unwrap();
        assert!(rest.is_empty());
    }
}

#[test]
fn what_is_nested_too_deep_becomes_bytes() {
    for depth in [1, usize::from(DEPTH_MAX)] {
        let sent = with_value(&nested(depth));
        assert_eq!(mended(&sent), sent, "{depth}");
    }
    for depth in [usize::from(DEPTH_MAX) + 1, 25_000] {
        let sent = with_value(&nested(depth));
        let read = mended(&sent);
        assert_ne!(read, sent, "{depth}");
        // On a thread such as the driver's, this would overflow the stack.
        let (rest, properties) = parse_properties(&*read).unwrap();
        assert!(rest.is_empty() && properties.headers().is_some());
    }
}

#[test]
fn a_delivery_has_texts_of_its_publisher_too() {
    let sent = b"\x00\x3c\x00\x3c\x02ct\0\0\0\0\0\0\0\x01\0\x02e\xff\x03k\xfe\xfd";
    let mut payload = sent.to_vec();
    method(&mut payload);
    assert_eq!(
        payload,
        b"\x00\x3c\x00\x3c\x02ct\0\0\0\0\0\0\0\x01\0\x02e?\x03k??"
    );
    // Methods of which no publisher wrote anything are left alone, as is what is cut short.
    for other in [
        &b"\x00\x3c\x00\x15\x02\xff\xff"[..],
        b"\x00\x0a\x00\x3c\xff",
        b"\x00\x3c\x00\x3c\x05\xff",
        b"",
    ] {
        let mut payload = other.to_vec();
        method(&mut payload);
        assert_eq!(payload, other);
    }
}

proptest! {
    #[test]
    fn what_can_be_read_is_left_as_it_is(properties in arbitrary::properties()) {
        let sent = gen_properties(&properties)(Vec::new().into()).unwrap().into_inner().0;
        prop_assert_eq!(mended(&sent), sent);
    }
}
