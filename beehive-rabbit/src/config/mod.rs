//! How to reach the broker, and how to use it.

mod address;
mod check;
mod credentials;
mod environment;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod login;
mod namespace;
mod plaintext;
mod queue_type;
mod rabbit_config;
mod server;
mod tls_files;
mod topology_mode;

pub use self::credentials::{Credentials, CredentialsProvider};
pub(crate) use self::login::Login;
pub use self::namespace::Namespace;
pub use self::plaintext::Plaintext;
pub use self::queue_type::QueueType;
pub use self::rabbit_config::RabbitConfig;
pub(crate) use self::server::{Server, Transport};
pub(crate) use self::tls_files::TlsFiles;
pub use self::topology_mode::TopologyMode;
