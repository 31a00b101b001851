//! What a trigger hands to a function of AWS Lambda.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_aws::fuzzing::lambda_batch(data));
