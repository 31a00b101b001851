//! Properties of messages, before the driver sees them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_rabbit::fuzzing::properties(data));
