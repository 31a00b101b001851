//! What the broker says when it refuses, in words that tell what to do. Pure.

use beehive_core::{Error, ErrorKind};

use super::arguments::shown;
use super::step::Step;
use crate::error::converted;

/// What a refused step was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    Queue,
    Exchange,
}

/// What a reply text says. The broker cuts texts at 255 bytes, so a long name may lack its end, and
/// what comes behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reply<'a> {
    /// It exists with another value of an argument.
    Inequivalent {
        argument: &'a str,
        object: Object,
        name: &'a str,
        found: Option<&'a str>,
    },
    /// An argument that this broker does not take.
    InvalidArgument {
        argument: &'a str,
        object: Object,
        name: &'a str,
    },
    /// It does not exist.
    Missing { object: Object, name: &'a str },
    /// It exists, and cannot be reached now: a node is down, or the queue is being made or deleted.
    Unavailable,
    /// The user may not.
    Denied { object: Object, name: &'a str },
}

/// The error of an operation, from that of one of its steps.
pub(super) fn explained(operation: &'static str, steps: &[Step], error: lapin::Error) -> Error {
    let lapin::ErrorKind::ProtocolError(reply) = error.kind() else {
        return converted(operation, error);
    };
    let text = reply.get_message().to_string();
    match read(&text) {
        Some(reply) => told(reply, steps)
            .with_operation(operation)
            .with_source(error),
        None => converted(operation, error),
    }
}

fn told(reply: Reply<'_>, steps: &[Step]) -> Error {
    match reply {
        Reply::Inequivalent {
            argument,
            object,
            name,
            found,
        } => Error::new(ErrorKind::Conflict, remedy(object, argument))
            .with_context(object.as_str(), name)
            .with_context("argument", argument)
            .with_context("there is", found.map_or("not said", visible))
            .with_context(
                "wanted",
                wanted(steps, name, argument)
                    .as_deref()
                    .map_or("none", visible),
            ),
        Reply::InvalidArgument {
            argument,
            object,
            name,
        } => Error::new(
            ErrorKind::Configuration,
            "the broker does not take this argument; RabbitMQ 3.10 or later is needed",
        )
        .with_context(object.as_str(), name)
        .with_context("argument", argument),
        Reply::Missing { object, name } => {
            let checked = steps
                .iter()
                .any(|step| matches!(step, Step::CheckQueue(_) | Step::CheckExchange(_)));
            let message = if checked {
                "it does not exist, and this process may only check; start once, as a user with \
                 configure permission, with the topology declared"
            } else {
                "it was deleted at the same time"
            };
            Error::new(ErrorKind::NotFound, message).with_context(object.as_str(), name)
        }
        Reply::Unavailable => Error::new(
            ErrorKind::Temporary,
            "the queue exists, but cannot be reached now; see whether all nodes of the broker run",
        ),
        Reply::Denied { object, name } => Error::new(
            ErrorKind::Denied,
            "the user lacks a permission; see \"permissions\" in docs/operations/rabbitmq.md, or \
             only check the topology",
        )
        .with_context(object.as_str(), name),
    }
}

/// What can be done about something that exists with another value of an argument. It cannot be
/// changed in place, and what is in it must not be lost, so it is left as it is.
fn remedy(object: Object, argument: &str) -> &'static str {
    if object == Object::Exchange {
        return "the exchange exists with other properties; choose another namespace, or delete \
                it and start again: bindings are made again, events published meanwhile are refused";
    }
    match argument {
        "x-overflow" => {
            "the queue exists and is not known to refuse events when it is full: it may drop \
             confirmed ones; let its readers drain it, delete it and start again, or choose \
             another namespace"
        }
        "x-delivery-limit" => {
            "the queue exists with another delivery limit; configure that one, or drain the \
             queue, delete it and start again"
        }
        "x-queue-type" => {
            "the queue exists with another type; configure that one, or drain the queue, delete \
             it and start again"
        }
        _ => {
            "the queue exists with other properties; drain it, delete it and start again, or \
             choose another namespace"
        }
    }
}

/// What we want an argument to be; `None` where we want it not to be there.
fn wanted(steps: &[Step], name: &str, argument: &str) -> Option<String> {
    let declared = |step: &Step| match step {
        Step::Exchange {
            name,
            routing,
            arguments,
        } => Some((name.to_string(), Some(*routing), arguments.clone())),
        Step::Queue { name, arguments } => Some((name.to_string(), None, arguments.clone())),
        _ => None,
    };
    let declared: Vec<_> = steps.iter().filter_map(declared).collect();
    let whole = declared.iter().find(|(declared, ..)| declared == name);
    // A name that was cut begins several; one of them has the argument.
    let cut = || {
        declared.iter().find(|(declared, _, arguments)| {
            declared.starts_with(name) && arguments.inner().contains_key(argument)
        })
    };
    let (_, routing, arguments) = whole.or_else(cut)?;
    match (argument, routing) {
        ("type", Some(routing)) => Some(routing.as_str().to_owned()),
        ("durable", _) => Some("true".into()),
        ("auto_delete" | "exclusive" | "internal", _) => Some("false".into()),
        _ => arguments.inner().get(argument).map(shown),
    }
}

/// A value as people can see it.
fn visible(value: &str) -> &str {
    if value.is_empty() { "''" } else { value }
}

fn read(text: &str) -> Option<Reply<'_>> {
    let (code, said) = text.split_once(" - ")?;
    match code {
        "PRECONDITION_FAILED" => {
            if let Some(said) = said.strip_prefix("inequivalent arg '") {
                let (argument, object, name) = argument_of(said)?;
                let found = found(said);
                return Some(Reply::Inequivalent {
                    argument,
                    object,
                    name,
                    found,
                });
            }
            let (argument, object, name) = argument_of(said.strip_prefix("invalid arg '")?)?;
            Some(Reply::InvalidArgument {
                argument,
                object,
                name,
            })
        }
        "NOT_FOUND" => match said.strip_prefix("no ").and_then(object_of) {
            Some((object, name)) => Some(Reply::Missing { object, name }),
            None => Some(Reply::Unavailable),
        },
        "ACCESS_REFUSED" => {
            let (object, name) = object_of(said.strip_prefix("access to ")?)?;
            Some(Reply::Denied { object, name })
        }
        _ => None,
    }
}

/// Reads `ARGUMENT' for queue 'NAME' …`.
fn argument_of(said: &str) -> Option<(&str, Object, &str)> {
    let (argument, rest) = said.split_once("' for ")?;
    let (object, name) = object_of(rest)?;
    Some((argument, object, name))
}

/// Reads `queue 'NAME' …`.
fn object_of(said: &str) -> Option<(Object, &str)> {
    let (object, rest) = said.split_once(" '")?;
    let object = match object {
        "queue" => Object::Queue,
        "exchange" => Object::Exchange,
        _ => return None,
    };
    let name = match rest.split_once('\'') {
        Some((name, _)) => name,
        None => rest.trim_end_matches("..."),
    };
    Some((object, name))
}

/// Reads `… but current is 'VALUE'`, `… the value 'VALUE' of type 'TYPE'` or `… none`.
fn found(said: &str) -> Option<&str> {
    let (_, current) = said.split_once(" but current is ")?;
    if current == "none" {
        return Some(current);
    }
    let quoted = current.strip_prefix("the value ").unwrap_or(current);
    let (value, _) = quoted.strip_prefix('\'')?.split_once('\'')?;
    Some(value)
}

impl Object {
    fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Exchange => "exchange",
        }
    }
}

#[cfg(test)]
mod tests;
