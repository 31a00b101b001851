//! One word for each thing, and no vendor's name in the core.

use super::code;
use super::tree::{self, File};

/// Words that stand for one of ours, and ours.
const SYNONYMS: [(&str, &str); 15] = [
    ("ack", "commit"),
    ("acknowledge", "commit"),
    ("consumer", "actor"),
    ("deadletter", "dead_letter"),
    ("dlq", "dead_letter"),
    ("handler", "actor"),
    ("listener", "receiver"),
    ("mailbox", "queue"),
    ("manager", "what it does"),
    ("nack", "abandon"),
    ("producer", "publisher"),
    ("reprocess", "redrive"),
    ("requeue", "abandon or defer"),
    ("saga", "process"),
    ("visibility", "lease"),
];

/// Vendors, their products and their client libraries.
const VENDORS: [&str; 13] = [
    "amazon",
    "aws",
    "azure",
    "dynamo",
    "dynamodb",
    "kafka",
    "lapin",
    "localstack",
    "rabbit",
    "rabbitmq",
    "s3",
    "sns",
    "sqs",
];

/// Identifiers that hold a synonym.
fn synonyms(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in code::lines(&file.text) {
        for identifier in code::identifiers(&line) {
            let words = code::words(identifier);
            for (synonym, ours) in SYNONYMS {
                let is_it = |word: &String| word.trim_end_matches('s') == synonym;
                if words.iter().any(is_it) {
                    let path = &file.path;
                    findings.push(format!(
                        "{path}:{number}: `{identifier}` says `{synonym}`; our word is `{ours}`"
                    ));
                }
            }
        }
    }
    findings
}

/// Types and lists of what should be called events; a `message` is the text of an error.
fn messages(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in code::lines(&file.text) {
        for identifier in code::identifiers(&line) {
            let is_type = identifier.starts_with(char::is_uppercase);
            let words = code::words(identifier);
            if words
                .iter()
                .any(|word| word == "messages" || is_type && word == "message")
            {
                let path = &file.path;
                findings.push(format!(
                    "{path}:{number}: `{identifier}`; our word is `event`"
                ));
            }
        }
    }
    findings
}

/// Vendors named anywhere, comments included.
fn vendors(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for identifier in code::identifiers(line) {
            let words = code::words(identifier);
            if let Some(vendor) = words.iter().find(|word| VENDORS.contains(&word.as_str())) {
                let (path, number) = (&file.path, index + 1);
                findings.push(format!(
                    "{path}:{number}: the core names the vendor `{vendor}`"
                ));
            }
        }
    }
    findings
}

/// The core without its macros, whose compiler has words of its own (`Visibility`).
fn core() -> Vec<File> {
    let mut sources = tree::sources();
    sources.retain(|file| file.path.starts_with("beehive-core/src/"));
    sources
}

#[test]
fn this_repository_has_one_word_for_each_thing() {
    let mut sources = core();
    let findings: Vec<_> = sources.iter().flat_map(messages).collect();
    assert_eq!(findings, [""; 0]);
    // Backends speak to brokers in the brokers' words; everyone else does not.
    let mut samples = tree::sources();
    samples.retain(|file| file.path.starts_with("samples/"));
    sources.extend(samples);
    let findings: Vec<_> = sources.iter().flat_map(synonyms).collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn this_repository_names_no_vendor_in_the_core() {
    let mut files = tree::files(".rs");
    files.extend(tree::files("Cargo.toml"));
    files.retain(|file| file.path.starts_with("beehive-core/"));
    let findings: Vec<_> = files.iter().flat_map(vendors).collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn a_synonym_is_found() {
    let file = |text: &str| File {
        path: "src/a.rs".into(),
        text: text.into(),
    };
    assert_eq!(
        synonyms(&file("fn nack_all(handlers: &[Handler]) {}")).len(),
        3
    );
    assert!(synonyms(&file("// a handler\nlet a = \"ack\"; let backs = track;")).is_empty());
    assert_eq!(
        messages(&file("struct MessageId; fn a(messages: u8) {}")).len(),
        2
    );
    assert!(messages(&file("fn a(message: &str) {}")).is_empty());
}

#[test]
fn a_vendor_is_found() {
    let file = |text: &str| File {
        path: "src/a.rs".into(),
        text: text.into(),
    };
    assert_eq!(
        vendors(&file("/// As in `RabbitMQ`, SQS and s3://a.\n")).len(),
        3
    );
    assert!(vendors(&file("/// As laws and rabbits do.\n")).is_empty());
}
