//! Messages of SQS.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_aws::fuzzing::sqs_message(data));
