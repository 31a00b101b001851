//! Records of dead letters.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_core::fuzzing::dead_letter_record(data));
