//! The hive.
/// A hive.
#[derive(Debug)]
pub struct Hive;
