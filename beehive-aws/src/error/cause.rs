//! What AWS or the network said, as text that may be shown.

use std::error::Error as StdError;
use std::fmt;

/// Longer texts are cut: some quote a whole answer.
const LENGTH_MAX: usize = 500;
/// Deeper chains are not read by anyone.
const CAUSES_MAX: usize = 16;

/// What AWS or the network said. The SDK's own errors are not kept: they hold the whole request and
/// the whole answer, and show them.
#[derive(Clone, Debug)]
pub(crate) struct Cause(String);

impl Cause {
    /// What a service said.
    pub(crate) fn said(message: &str) -> Self {
        let mut text = without_users(message);
        if text.len() > LENGTH_MAX {
            let end = (0..=LENGTH_MAX).rev().find(|at| text.is_char_boundary(*at));
            text.truncate(end.unwrap_or_default());
            text.push('…');
        }
        Self(text)
    }

    /// An error and those below it, on one line.
    pub(crate) fn chain(error: &(dyn StdError + 'static)) -> Self {
        let mut texts: Vec<String> = Vec::new();
        for cause in below(error) {
            let text = cause.to_string();
            // Wrappers tend to repeat what they wrap.
            if texts.last().is_none_or(|last| !last.contains(&text)) {
                texts.push(text);
            }
        }
        Self::said(&texts.join(": "))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Cause {}

/// An error and those below it.
pub(super) fn below<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        (**error).source()
    })
    .take(CAUSES_MAX)
}

/// The text with users and passwords cut out of its URLs.
fn without_users(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        clean.push_str(before);
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace() || c == '"')
            .unwrap_or(after.len());
        let authority = &after[..end];
        clean.push_str(authority.rsplit('@').next().unwrap_or(authority));
        rest = &after[end..];
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_their_users() {
        for (text, clean) in [
            ("nothing", "nothing"),
            ("at http://a:b@c/d", "at http://c/d"),
            ("http://c/d@e and x://u@v", "http://c/d@e and x://v"),
            ("\"https://u:p@q@h\" is bad", "\"https://h\" is bad"),
        ] {
            assert_eq!(without_users(text), clean);
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let cut = Cause::said(&"ä".repeat(400)).to_string();
        assert!(cut.len() <= LENGTH_MAX + '…'.len_utf8());
        assert!(cut.ends_with("ä…"));
    }

    #[test]
    fn a_chain_is_one_line_without_repetition() {
        let inner = std::io::Error::other("connection refused");
        let outer = beehive_core::Error::new(beehive_core::ErrorKind::Temporary, "io error")
            .with_source(inner);
        assert_eq!(
            Cause::chain(&outer).to_string(),
            "temporary failure: io error: connection refused"
        );
    }
}
