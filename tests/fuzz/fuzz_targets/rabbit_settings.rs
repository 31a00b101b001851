//! The URL and the other settings of RabbitMQ.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_rabbit::fuzzing::settings(data));
