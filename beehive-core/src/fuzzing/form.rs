//! The form in which a message is written down in a file.

use std::borrow::Cow;

/// A message as text: lines of `name: value`, an empty line, and the body.
///
/// Everything has such a form, also what is no message. In a value, `\n` is a line break, and what is
/// no UTF-8 is replaced.
#[derive(Debug)]
pub struct Form<'a> {
    lines: Vec<Cow<'a, str>>,
    body: &'a [u8],
}

impl<'a> Form<'a> {
    /// Reads a form.
    pub fn read(data: &'a [u8]) -> Self {
        let mut lines = Vec::new();
        let mut rest = data;
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, after) = match end {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &[][..]),
            };
            if line.is_empty() {
                return Self { lines, body: after };
            }
            lines.push(String::from_utf8_lossy(line));
            rest = after;
        }
    }

    /// Writes the lines of a form.
    pub fn lines(headers: &[(String, String)]) -> String {
        let mut lines = String::new();
        for (name, value) in headers {
            for part in [name.as_str(), ": ", value, "\n"] {
                lines.push_str(part);
            }
        }
        lines
    }

    /// The names and values of its lines, in order; a line without `: ` is a name without a value.
    pub fn headers(&self) -> impl Iterator<Item = (&str, String)> {
        self.lines.iter().map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            (name, value.replace("\\n", "\n"))
        })
    }

    /// What comes after the empty line.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_form() {
        let read = |data: &[u8]| {
            let form = Form::read(data);
            let headers: Vec<_> = form
                .headers()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            (headers, form.body().to_vec())
        };
        let form = |headers: &[&str], body: &[u8]| {
            let headers: Vec<_> = headers.iter().map(ToString::to_string).collect();
            (headers, body.to_vec())
        };
        assert_eq!(read(b""), form(&[], b""));
        assert_eq!(read(b"id: 1"), form(&["id=1"], b""));
        assert_eq!(
            read(b"id: a\\nb\nx\n\n{}\n"),
            form(&["id=a\nb", "x="], b"{}\n")
        );
        assert_eq!(read(b"\n\xff"), form(&[], b"\xff"));
        assert_eq!(read(b"a: \xff\n"), form(&["a=\u{fffd}"], b""));
        let lines = Form::lines(&[("id".into(), "1".into()), ("x".into(), String::new())]);
        assert_eq!(read(lines.as_bytes()), form(&["id=1", "x="], b""));
    }
}
