//! A network to break: a TCP proxy on loopback between a client and its service.
//!
//! A [`Proxy`] passes everything on until a test says otherwise, and may be told so at any time.
//! What happens to the bytes of each direction is a [`Passage`].

mod counts;
mod faults;
mod passage;
mod pump;
mod relay;
mod server;

pub use self::counts::Counts;
pub use self::passage::{Direction, Passage};
pub use self::server::Proxy;

#[cfg(test)]
mod tests;
