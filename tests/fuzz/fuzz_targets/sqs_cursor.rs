//! Cursors of dead letters on SQS.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_aws::fuzzing::sqs_cursor(data));
