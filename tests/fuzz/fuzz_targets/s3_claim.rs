//! Where a body on S3 is said to be.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_aws::fuzzing::s3_claim(data));
