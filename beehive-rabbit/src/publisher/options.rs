//! With which options every message is published.

use lapin::options::BasicPublishOptions;

use crate::config::RabbitConfig;

/// Every message is to be in a queue, or to come back.
const MANDATORY: BasicPublishOptions = BasicPublishOptions {
    mandatory: true,
    immediate: false,
};

#[cfg(not(feature = "mutations"))]
pub(super) fn options(_: &RabbitConfig) -> BasicPublishOptions {
    MANDATORY
}

/// As without the feature, unless a test takes it away.
#[cfg(feature = "mutations")]
pub(super) fn options(config: &RabbitConfig) -> BasicPublishOptions {
    use crate::mutations::Mutation;
    match config.mutation {
        Some(Mutation::MandatoryOff) => BasicPublishOptions::default(),
        None => MANDATORY,
    }
}
