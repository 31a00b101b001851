//! Ids of events.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_core::fuzzing::event_id(data));
