//! Attributes of CloudEvents.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_core::fuzzing::cloudevent(data));
