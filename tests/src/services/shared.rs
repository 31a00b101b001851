//! The broker that all tests share.

/// The URL of the broker that all tests share, if one was started: `AMQP_URL`, as printed by
/// `tests/services env`.
///
/// Whoever uses it declares names of a namespace of their own only, and neither stops nor
/// reconfigures it.
pub fn shared_broker() -> Option<String> {
    std::env::var("AMQP_URL").ok().filter(|url| !url.is_empty())
}
