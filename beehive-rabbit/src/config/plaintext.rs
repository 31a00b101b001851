//! Where passwords and events may travel unencrypted.

/// Where passwords and events may travel unencrypted, as they do with `amqp://`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Plaintext {
    /// To this machine only: `localhost`, 127.0.0.0/8 and `::1`. Everywhere else takes `amqps://`.
    #[default]
    Loopback,
    /// Everywhere. Only right where the network itself is encrypted, as within a service mesh, or
    /// where nobody else is in it.
    Anywhere,
}
