//! beehive on AWS: not there yet.
//!
//! This crate will hold a queue backend for SNS and SQS, behind the contract of
//! [`EventQueue`](beehive_core::queue::EventQueue), stores for DynamoDB and S3, behind those of
//! [`store`](beehive_core::store), and nothing else. It exports nothing so far, so that nobody
//! builds on what may change.
