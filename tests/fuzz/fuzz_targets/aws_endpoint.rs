//! URLs of endpoints of AWS.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_aws::fuzzing::endpoint(data));
