//! Which text SQS takes.

use std::borrow::Cow;

/// Whether a body or a value can be sent as it is: not empty, and without the control characters and
/// the two noncharacters that XML has no place for.
pub(super) fn is_sendable(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_allowed)
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// JSON that can be sent. It already has no control characters; the others can only be inside of its
/// strings, where they may be written as escapes.
pub(super) fn sendable_json(json: &str) -> Cow<'_, str> {
    if json.chars().all(is_allowed) {
        return Cow::Borrowed(json);
    }
    let escaped = json.replace('\u{fffe}', "\\ufffe");
    Cow::Owned(escaped.replace('\u{ffff}', "\\uffff"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_has_no_place_for_is_not_sent() {
        for text in [
            "a",
            "\t\r\n",
            "\u{7f}\u{80}",
            "\u{d7ff}\u{e000}\u{fffd}",
            "\u{1f41d}",
        ] {
            assert!(is_sendable(text), "{text:?}");
        }
        for text in ["", "a\0", "\u{1b}", "\u{b}", "\u{fffe}", "x\u{ffff}"] {
            assert!(!is_sendable(text), "{text:?}");
        }
    }

    #[test]
    fn json_is_escaped_so_that_it_means_the_same() {
        let text = "a\0\u{fffe}\u{ffff}\u{1f41d}\\";
        let json = serde_json::to_string(text).unwrap();
        let sent = sendable_json(&json);
        assert!(is_sendable(&sent), "{sent:?}");
        assert_eq!(serde_json::from_str::<String>(&sent).unwrap(), text);
    }
}
