//! What must hold of the attributes of a queue, whatever they are.

use super::plan::same;

/// Two values of an attribute, one on the first line and one behind it.
///
/// A value means the same as itself, and two mean the same in either order.
pub(crate) fn attribute(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (one, other) = text.split_once('\n').unwrap_or((&text, ""));
    assert!(same(one, one) && same(other, other));
    assert_eq!(same(one, other), same(other, one));
    // However it is laid out.
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(one) {
        assert!(same(one, &format!(" {value:#} ")), "{one}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_attribute(
            one in "[0-9]{1,5}|\\{ ?\"a\" ?: ?\"?[0-9]{1,2}\"?\\}|\\[[0-9], ?\"[0-9]\"\\]|.{0,9}",
            other in "[0-9]{1,5}|\\{ ?\"a\" ?: ?\"?[0-9]{1,2}\"?\\}|\\[[0-9], ?\"[0-9]\"\\]|.{0,9}",
        ) {
            attribute(format!("{one}\n{other}").as_bytes());
        }
    }
}
