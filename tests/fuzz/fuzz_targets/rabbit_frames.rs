//! What comes from RabbitMQ, cut into frames.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_rabbit::fuzzing::frames(data));
