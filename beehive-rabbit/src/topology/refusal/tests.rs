//! Replies as brokers wrote them.

use beehive_core::queue::QueueName;
use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPSoftError};

use super::*;
use crate::config::RabbitConfig;
use crate::topology::{Names, plan};

fn inequivalent<'a>(
    argument: &'a str,
    object: Object,
    name: &'a str,
    found: Option<&'a str>,
) -> Reply<'a> {
    Reply::Inequivalent {
        argument,
        object,
        name,
        found,
    }
}

#[test]
fn replies_of_3_10_8_are_understood() {
    use Object::{Exchange, Queue};
    let cut = format!(
        "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'e.{}' in vhost '/': \
         received '...",
        "A".repeat(161)
    );
    let cut_name = format!("e.{}", "A".repeat(161));
    for (text, expected) in [
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'e.q' in vhost '/': \
             received 'reject-publish' but current is 'drop-head'",
            Some(inequivalent("x-overflow", Queue, "e.q", Some("drop-head"))),
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'e.q' in vhost '/': \
             received none but current is the value '1000' of type 'signedint'",
            Some(inequivalent("x-max-length", Queue, "e.q", Some("1000"))),
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'e.c' in vhost '/': \
             received the value 'reject-publish' of type 'longstr' but current is none",
            Some(inequivalent("x-overflow", Queue, "e.c", Some("none"))),
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'e.ex' in vhost '/': \
             received 'fanout' but current is 'topic'",
            Some(inequivalent("type", Exchange, "e.ex", Some("topic"))),
        ),
        (
            &cut,
            Some(inequivalent("x-overflow", Queue, &cut_name, None)),
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-routing-key' for queue 'e.AA...",
            Some(inequivalent(
                "x-dead-letter-routing-key",
                Queue,
                "e.AA",
                None,
            )),
        ),
        (
            "PRECONDITION_FAILED - invalid arg 'x-dead-letter-strategy' for queue 'e.bad' in \
             vhost '/': invalid_dlx_strategy",
            Some(Reply::InvalidArgument {
                argument: "x-dead-letter-strategy",
                object: Queue,
                name: "e.bad",
            }),
        ),
        (
            "NOT_FOUND - no queue 'e.none' in vhost '/'",
            Some(Reply::Missing {
                object: Queue,
                name: "e.none",
            }),
        ),
        (
            "NOT_FOUND - no exchange 'e.none' in vhost '/'",
            Some(Reply::Missing {
                object: Exchange,
                name: "e.none",
            }),
        ),
        (
            "NOT_FOUND - home node 'rabbit@b' of durable queue 'e.q' in vhost '/' is down or \
             inaccessible",
            Some(Reply::Unavailable),
        ),
        (
            "ACCESS_REFUSED - access to queue 'e.q' in vhost '/' refused for user 'u'",
            Some(Reply::Denied {
                object: Queue,
                name: "e.q",
            }),
        ),
        ("RESOURCE_LOCKED - cannot obtain exclusive access", None),
        ("INTERNAL_ERROR", None),
        ("", None),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

/// What a worker that declares this subscription is told of a reply.
fn explained_for(code: AMQPSoftError, text: &str, checked: bool) -> Error {
    let names = Names::new("shop".parse().unwrap());
    let config = RabbitConfig::from_url("amqp://localhost").unwrap();
    let name: QueueName = "Order-Pay".parse().unwrap();
    let mut steps = plan::of_name(&names, &config, &name);
    if checked {
        steps = steps.iter().filter_map(Step::check).collect();
    }
    let error = AMQPError::new(AMQPErrorKind::Soft(code), text.into());
    let error = lapin::Error::from(lapin::ErrorKind::ProtocolError(error));
    explained("declare", &steps, error)
}

#[test]
fn a_mismatch_names_the_queue_the_argument_both_values_and_the_way_out() {
    let error = explained_for(
        AMQPSoftError::PRECONDITIONFAILED,
        "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'shop.Order-Pay' in vhost \
         '/': received 'reject-publish' but current is 'drop-head'",
        false,
    );
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(!error.is_temporary());
    assert_eq!(
        error.to_string(),
        "declare: conflict: the queue exists and is not known to refuse events when it is full: it \
         may drop confirmed ones; let its readers drain it, delete it and start again, or choose \
         another namespace (queue: shop.Order-Pay, argument: x-overflow, there is: drop-head, \
         wanted: reject-publish)"
    );
}

#[test]
fn what_we_want_is_known_even_where_the_reply_is_cut_or_silent() {
    for (text, expected) in [
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' for queue \
             'shop.Order-Pay' in vhost '/': rece...",
            "there is: not said, wanted: 1000",
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-routing-key' for queue \
             'shop.Ord...",
            "there is: not said, wanted: shop.Order-Pay.dead",
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'shop.Order-Pay' in \
             vhost '/': received none but current is the value '5' of type 'signedint'",
            "there is: 5, wanted: none",
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'shop.Order-Pay' in \
             vhost '/': received 'true' but current is 'false'",
            "there is: false, wanted: true",
        ),
        (
            "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'shop.Order' in vhost \
             '/': received 'fanout' but current is 'topic'",
            "there is: topic, wanted: fanout",
        ),
    ] {
        let error = explained_for(AMQPSoftError::PRECONDITIONFAILED, text, false).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn other_refusals_say_what_to_do() {
    for (code, text, checked, kind, said) in [
        (
            AMQPSoftError::NOTFOUND,
            "NOT_FOUND - no queue 'shop.Order-Pay' in vhost '/'",
            true,
            ErrorKind::NotFound,
            "as a user with configure permission",
        ),
        (
            AMQPSoftError::NOTFOUND,
            "NOT_FOUND - no exchange 'shop.delay.due' in vhost '/'",
            false,
            ErrorKind::NotFound,
            "it was deleted at the same time (exchange: shop.delay.due)",
        ),
        (
            AMQPSoftError::NOTFOUND,
            "NOT_FOUND - queue 'shop.Order-Pay' in vhost '/' process is stopped by supervisor",
            true,
            ErrorKind::Temporary,
            "whether all nodes of the broker run",
        ),
        (
            AMQPSoftError::ACCESSREFUSED,
            "ACCESS_REFUSED - access to queue 'shop.Order-Pay' in vhost '/' refused for user 'u'",
            false,
            ErrorKind::Denied,
            "docs/operations/rabbitmq.md",
        ),
        (
            AMQPSoftError::PRECONDITIONFAILED,
            "PRECONDITION_FAILED - invalid arg 'x-dead-letter-strategy' for queue \
             'shop.Order-Pay' in vhost '/': invalid_dlx_strategy",
            false,
            ErrorKind::Configuration,
            "RabbitMQ 3.10",
        ),
        (
            AMQPSoftError::RESOURCELOCKED,
            "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'shop.Order-Pay'",
            false,
            ErrorKind::Temporary,
            "declare",
        ),
    ] {
        let error = explained_for(code, text, checked);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(said), "{error}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(text), "{source}");
    }
}
