//! Tests that need real services and may hang.
//!
//! `cargo test` runs them like all others. Each is an `async fn` with a runtime, a namespace and a
//! deadline of its own. One whose service is missing is listed as ignored, with what is missing.

mod clock;
mod gate;
mod hearing;
mod namespace;
mod needs;
mod runner;
mod trial;

pub use self::clock::eventually;
pub use self::hearing::{Log, heard};
pub use self::namespace::namespace;
pub use self::needs::Service;
pub use self::runner::run;
pub use self::trial::{Outcome, Place, Trial, trial};
