//! Cursors of the lists in memory.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_core::fuzzing::memory_cursor(data));
