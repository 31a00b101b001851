//! Cursors of dead letters on RabbitMQ.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_rabbit::fuzzing::cursor(data));
