//! Keys and versions as S3 lists them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beehive_aws::fuzzing::s3_key(data));
