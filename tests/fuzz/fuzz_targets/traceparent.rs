//! The W3C trace context.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_core::fuzzing::traceparent(data));
