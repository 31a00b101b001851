//! Bodies of events, and of what is stored.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_core::fuzzing::event_body(data));
