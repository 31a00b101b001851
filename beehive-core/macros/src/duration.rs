//! Durations as people write them (`"1h 30m"`), as a value, and as tokens.

use std::time::Duration;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// Reads a duration longer than zero.
///
/// # Errors
/// The reason the text is not one.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|reason| format!("\"{text}\" is not a duration ({reason})"))?;
    if duration.is_zero() {
        return Err(format!("\"{text}\" is no time at all"));
    }
    Ok(duration)
}

/// The expression that makes `duration`, in the largest unit that loses nothing.
pub(crate) fn expression(duration: Duration) -> TokenStream {
    let seconds = duration.as_secs();
    let nanoseconds = duration.subsec_nanos();
    if nanoseconds == 0 {
        let seconds = Literal::u64_unsuffixed(seconds);
        return quote!(::core::time::Duration::from_secs(#seconds));
    }
    let seconds = Literal::u64_unsuffixed(seconds);
    let nanoseconds = Literal::u32_unsuffixed(nanoseconds);
    quote!(::core::time::Duration::new(#seconds, #nanoseconds))
}
