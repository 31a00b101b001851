//! Items of DynamoDB.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_aws::fuzzing::dynamo_item(data));
