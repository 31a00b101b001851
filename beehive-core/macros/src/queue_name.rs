//! The grammar of queue names, checked while the user compiles.
//!
//! `Topic-Subscription` is a subscription, `Name-Name` a simple queue and `Topic-` a topic. The core
//! crate parses the same grammar at run time; this module only refuses what it would refuse.

/// The most characters a word may have: two words and a dash must fit the names of every backend.
pub(crate) const WORD_LENGTH_MAX: usize = 80;

/// Checks that `name` is one an actor can read.
///
/// # Errors
/// The reason it is not, with an example of a name that is.
pub(crate) fn check_readable(name: &str) -> Result<(), String> {
    let Some((first, second)) = name.split_once('-') else {
        check_word(name).map_err(|reason| not_a_queue(name, &reason))?;
        return Err(format!(
            "\"{name}\" is not the name of a queue: it has no `-`; write \"{name}-Subscription\" to \
             read a subscription of the topic {name}, or \"{name}-{name}\" to read a simple queue"
        ));
    };
    if second.is_empty() && check_word(first).is_ok() {
        return Err(format!(
            "\"{name}\" names a topic: an actor reads a subscription or a simple queue, \
             write \"Topic-Subscription\", for example \"{name}Payment\""
        ));
    }
    check_word(first)
        .and_then(|()| check_word(second))
        .map_err(|reason| not_a_queue(name, &reason))
}

/// Checks that `name` is a topic's own name, without a dash.
///
/// # Errors
/// The reason it is not, with an example of a name that is.
pub(crate) fn check_topic(name: &str) -> Result<(), String> {
    if let Some((first, _)) = name.split_once('-')
        && check_word(first).is_ok()
    {
        return Err(format!(
            "\"{name}\" is not the name of a topic: a pulser publishes to a topic, which has no `-`; \
             write \"{first}\""
        ));
    }
    check_word(name).map_err(|reason| {
        format!(
            "\"{name}\" is not the name of a topic: {reason}; write one such as \"StockCheckDue\""
        )
    })
}

/// Checks that `name` is an event type's name, which is the name of its topic.
///
/// # Errors
/// The reason it is not, with an example of a name that is.
pub(crate) fn check_event_type(name: &str) -> Result<(), String> {
    check_word(name).map_err(|reason| {
        format!(
            "\"{name}\" is not the name of an event type: {reason}; \
             write one such as \"OrderAccepted\""
        )
    })
}

fn check_word(word: &str) -> Result<(), String> {
    if word.is_empty() {
        return Err("a word of it is empty".to_owned());
    }
    if let Some(odd) = word
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && *c != '_')
    {
        return Err(format!(
            "`{odd}` is not a letter, a digit or `_` (ASCII only)"
        ));
    }
    let length = word.len();
    if length > WORD_LENGTH_MAX {
        return Err(format!(
            "a word of it has {length} characters, {WORD_LENGTH_MAX} are allowed"
        ));
    }
    Ok(())
}

fn not_a_queue(name: &str, reason: &str) -> String {
    format!(
        "\"{name}\" is not the name of a queue: {reason}; \
         write \"Topic-Subscription\", for example \"OrderAccepted-Payment\""
    )
}
