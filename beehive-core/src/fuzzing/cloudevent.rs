//! Attributes of `CloudEvents`.

use std::time::Duration;

use super::Form;
use crate::error::ErrorKind;
use crate::event::{EventLimits, TraceContext, from_cloudevent, to_cloudevent};

/// Attributes and data in a [`Form`].
///
/// What is read is the same event when it is written and read again. What is not is undecodable for
/// good, and says which attribute is to blame. Events that pass the limits keep to them.
pub fn cloudevent(data: &[u8]) {
    let form = Form::read(data);
    let given: Vec<_> = form.headers().collect();
    let event = match from_cloudevent(given.iter().cloned(), form.body().to_vec()) {
        Ok(event) => event,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Undecodable, "{error}");
            assert!(!error.is_temporary(), "{error}");
            assert!(
                error.context().any(|(name, _)| name == "attribute"),
                "{error}"
            );
            return;
        }
    };
    assert_eq!(event.data(), form.body());
    let of = |name: &str| given.iter().find(|(given, _)| *given == name);
    for (name, value) in event.properties() {
        assert_eq!(of(name).map(|(_, value)| value.as_str()), Some(value));
    }
    if let Some((_, text)) = of("traceparent") {
        let written = event.trace().map(TraceContext::traceparent);
        let is_sound = TraceContext::parse(text).is_ok();
        assert_eq!(written.as_ref(), is_sound.then_some(text));
    }

    let written = to_cloudevent(&event, event.time());
    let again = from_cloudevent(written.iter().cloned(), event.data().clone()).unwrap();
    assert_eq!(again.envelope(), event.envelope());
    assert_eq!(to_cloudevent(&again, event.time()), written);

    let delay = event.delivers().delay(event.time());
    assert!(delay < Duration::from_hours(24 * 366 * 25_000), "{delay:?}");
    let limits = EventLimits::default()
        .with_body_max(1_000)
        .with_headers_size_max(1_500);
    match limits.check_size(&event) {
        Ok(()) => {
            let size: usize = written
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum();
            assert!(size <= limits.headers_size_max(), "{size}");
            assert!(event.data().len() <= limits.body_max());
            assert!(event.properties().count() <= limits.headers_max());
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::Limit, "{error}"),
    }
    if limits.check(&event).is_ok() {
        let plain = |(_, value): &(_, String)| !value.chars().any(char::is_control);
        assert!(written.iter().all(plain), "{written:?}");
    }
}
