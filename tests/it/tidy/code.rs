//! Rust text without what is not code: comments, the insides of literals, tests.

/// The text with comments and the insides of strings and characters blanked out. Lines keep their
/// numbers.
pub(super) fn without_prose(text: &str) -> String {
    let mut scanner = Scanner {
        rest: text,
        code: String::with_capacity(text.len()),
    };
    while let Some(next) = scanner.rest.chars().next() {
        if scanner.rest.starts_with("//") {
            scanner.blank(line_length(scanner.rest));
        } else if scanner.rest.starts_with("/*") {
            scanner.blank(block_comment_length(scanner.rest));
        } else if let Some(length) = raw_string_length(scanner.rest) {
            scanner.blank_within(length);
        } else if next == '"' {
            scanner.blank_within(quoted_length(scanner.rest, '"'));
        } else if let Some(length) = character_length(scanner.rest) {
            scanner.blank_within(length);
        } else if next.is_alphanumeric() || next == '_' {
            let word = scanner
                .rest
                .find(|c: char| !c.is_alphanumeric() && c != '_');
            scanner.keep(word.unwrap_or(scanner.rest.len()));
        } else {
            scanner.keep(next.len_utf8());
        }
    }
    scanner.code
}

/// The lines of code, each with its number, up to the tests that stand at the end of a file.
pub(super) fn lines(text: &str) -> Vec<(usize, String)> {
    let code = without_prose(text);
    let mut lines = Vec::new();
    let mut in_tests = false;
    for (index, line) in code.lines().enumerate() {
        // rustfmt puts the brace that ends a module of the file at the start of a line.
        if line.starts_with("#[cfg(test)]") {
            in_tests = true;
        }
        if !in_tests && !line.trim().is_empty() {
            lines.push((index + 1, line.to_owned()));
        }
        if in_tests && (line == "}" || line.ends_with(';') && !line.starts_with(' ')) {
            in_tests = false;
        }
    }
    lines
}

/// The identifiers of a line of code.
pub(super) fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

/// The words of an identifier, in lower case: `DeadLetter` and `dead_letter` have the same two.
pub(super) fn words(identifier: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for letter in identifier.chars() {
        if letter == '_' || (letter.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        after_lower = letter.is_lowercase() || letter.is_numeric();
        if letter != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

struct Scanner<'a> {
    rest: &'a str,
    code: String,
}

impl Scanner<'_> {
    fn keep(&mut self, length: usize) {
        let (kept, rest) = self.rest.split_at(length);
        self.code.push_str(kept);
        self.rest = rest;
    }

    fn blank(&mut self, length: usize) {
        let (blanked, rest) = self.rest.split_at(length);
        let blanks = blanked.chars().map(|c| if c == '\n' { '\n' } else { ' ' });
        self.code.extend(blanks);
        self.rest = rest;
    }

    /// Blanks all but the first and the last character, which show that there was a literal.
    fn blank_within(&mut self, length: usize) {
        if length < 2 {
            self.keep(length);
            return;
        }
        self.keep(1);
        self.blank(length - 2);
        self.keep(1);
    }
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn block_comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn raw_string_length(text: &str) -> Option<usize> {
    let start = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = start.len() - start.trim_start_matches('#').len();
    start[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = text.len() - start.len() + hashes + 1;
    let length = text[begin..].find(&end)?;
    Some(begin + length + end.len())
}

/// The length of a quoted literal, with escapes.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        if letter == quote && !escaped {
            return at + letter.len_utf8();
        }
        escaped = letter == '\\' && !escaped;
    }
    text.len()
}

/// The length of a character literal; `None` for a lifetime.
fn character_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    let is_character = first == '\\' || inside[first.len_utf8()..].starts_with('\'');
    is_character.then(|| quoted_length(text, '\''))
}

#[test]
fn prose_is_no_code() {
    let cases = [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (r#"f("b \" c", d)"#, r#"f("      ", d)"#),
        ("f(r#\"b \" c\"#, d)", "f(r        #, d)"),
        ("'\"' b '\\'' c", "' ' b '  ' c"),
        ("&'a str // 'b", "&'a str      "),
    ];
    for (text, code) in cases {
        assert_eq!(without_prose(text), code, "{text}");
    }
}

#[test]
fn tests_at_the_end_and_their_modules_are_left_out() {
    let text = "use a;\n\n#[cfg(test)]\nmod tests;\n\nfn b() {}\n#[cfg(test)]\nmod more {\n    fn c() {}\n}\nfn d() {}\n";
    let numbers: Vec<_> = lines(text).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [1, 6, 11]);
}

#[test]
fn an_identifier_has_words() {
    for (identifier, expected) in [
        ("DeadLetter", vec!["dead", "letter"]),
        ("dead_letter", vec!["dead", "letter"]),
        ("S3Bucket", vec!["s3", "bucket"]),
        ("NACK", vec!["nack"]),
    ] {
        assert_eq!(words(identifier), expected);
    }
    assert_eq!(
        identifiers("let a_b = C::d(1);").collect::<Vec<_>>(),
        ["let", "a_b", "C", "d"]
    );
}
