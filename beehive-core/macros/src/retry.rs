//! `retry(immediate = 2, delayed = 5, base = "1s", max = "1h")`: how often a failed event is tried again.

use std::time::Duration;

use crate::{
    arguments::{Argument, Arguments},
    diagnostics::Diagnostics,
};

const KEYS: [&str; 4] = ["immediate", "delayed", "base", "max"];
const EXAMPLE: &str = r#"immediate = 2, delayed = 5, base = "1s", max = "1h""#;

/// What differs from the default policy.
#[derive(Debug)]
pub(crate) struct Retry {
    pub(crate) immediate: Option<u32>,
    pub(crate) delayed: Option<u32>,
    pub(crate) base: Option<Duration>,
    pub(crate) max: Option<Duration>,
}

impl Retry {
    pub(crate) fn parse(argument: &Argument, diagnostics: &mut Diagnostics) -> Option<Self> {
        let list = argument.list(EXAMPLE, diagnostics)?;
        let mut arguments = Arguments::parse("`retry`", &KEYS, list, diagnostics);
        let retry = Self {
            immediate: arguments
                .take("immediate")
                .and_then(|immediate| immediate.count(2, diagnostics)),
            delayed: arguments
                .take("delayed")
                .and_then(|delayed| delayed.count(5, diagnostics)),
            base: arguments
                .take("base")
                .and_then(|base| base.duration("1s", diagnostics)),
            max: arguments
                .take("max")
                .and_then(|max| max.duration("1h", diagnostics)),
        };
        if let (Some(base), Some(max)) = (retry.base, retry.max)
            && max < base
        {
            diagnostics.error(
                argument.key.span(),
                "`max` is shorter than `base`, the first delay of a retry; make `max` at least as long",
            );
        }
        Some(retry)
    }
}
