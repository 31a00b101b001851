//! Settings of actors from the environment.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_core::fuzzing::actor_override(data));
