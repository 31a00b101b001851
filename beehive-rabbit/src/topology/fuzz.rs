//! What must hold of a broker's refusal, whatever it says.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use std::error::Error as _;

use beehive_core::ErrorKind;
use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPSoftError};
use lapin::types::ShortString;

use super::refusal::explained;
use super::{Names, plan};
use crate::config::RabbitConfig;

/// What the broker tells of the objects that a refusal is about.
const QUOTED: [&str; 4] = ["queue", "exchange", "argument", "there is"];

/// The text of a refusal.
///
/// It becomes an error that says what was tried; what it quotes of the broker's words is in them,
/// and these are kept whole.
pub(crate) fn refusal(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let text = &text[..text.floor_char_boundary(255)];
    let names = Names::new("shop".parse().unwrap());
    let config = RabbitConfig::from_url("amqp://localhost").unwrap();
    let steps = plan::of_name(&names, &config, &"Order-Pay".parse().unwrap());
    for code in [
        AMQPSoftError::PRECONDITIONFAILED,
        AMQPSoftError::NOTFOUND,
        AMQPSoftError::ACCESSREFUSED,
    ] {
        let said = AMQPError::new(AMQPErrorKind::Soft(code), ShortString::from(text));
        let said = lapin::Error::from(lapin::ErrorKind::ProtocolError(said));
        let error = explained("declare", &steps, said);
        assert_eq!(error.operation(), Some("declare"), "{error}");
        assert_ne!(error.kind(), ErrorKind::Unexpected, "{error}");
        assert!(
            error.source().unwrap().to_string().contains(text),
            "{error:?}"
        );
        for (name, value) in error.context().filter(|(name, _)| QUOTED.contains(name)) {
            let ours = ["''", "not said"].contains(&value);
            assert!(ours || text.contains(value), "{name}: {value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_refusal(text in "(PRECONDITION_FAILED|NOT_FOUND|ACCESS_REFUSED|[A-Z_]{0,9}) - \
            (inequivalent arg '|invalid arg '|no |access to )?((queue|exchange|x-[a-z-]{1,9})'?( for )?){0,3}\
            (queue|exchange)? ?'?[a-zA-Z.-]{0,12}'?( in vhost '/')?: .{0,20}\
            ( but current is (none|the value )?'?.{0,9}'?)?|.{0,300}") {
            refusal(text.as_bytes());
        }
    }
}
