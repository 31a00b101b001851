//! Messages of RabbitMQ.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_rabbit::fuzzing::message(data));
