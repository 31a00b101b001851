//! What every queue backend promises.
//!
//! ```
//! use std::sync::Arc;
//! use beehive_core::conformance::queue::{QueueFixture, Timing, cases};
//! use beehive_core::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! for (number, case) in cases().iter().enumerate().take(3) {
//!     let queue = Arc::new(MemoryQueue::default());
//!     let fixture = QueueFixture::new(queue, format!("case{number}"), Timing::default());
//!     if case.applies(&fixture) {
//!         case.run(fixture).await.unwrap();
//!     }
//! }
//! # }
//! ```

mod attempts;
mod bodies;
mod capabilities;
mod dead_letters;
mod delays;
mod fan_out;
mod fixture;
mod leases;
mod order;
mod publishing;
mod receiving;
mod redrive;
mod topology;

pub use self::fixture::{QueueFixture, Timing};

use super::Case;

/// Every case of the suite, in the order in which one would read them.
pub fn cases() -> Vec<Case<QueueFixture>> {
    let subjects = [
        topology::cases,
        publishing::cases,
        bodies::cases,
        receiving::cases,
        fan_out::cases,
        order::cases,
        leases::cases,
        attempts::cases,
        delays::cases,
        dead_letters::cases,
        redrive::cases,
        capabilities::cases,
    ];
    subjects.iter().flat_map(|cases| cases()).collect()
}

/// A case made of an `async fn`, called like it.
macro_rules! case {
    ($subject:ident :: $run:ident, $promise:literal) => {
        $crate::conformance::Case::new(
            concat!(stringify!($subject), "::", stringify!($run)),
            $promise,
            |fixture| Box::pin($run(fixture)),
        )
    };
}
use case;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn no_two_cases_have_one_name() {
        let cases = super::cases();
        let names: HashSet<_> = cases.iter().map(super::Case::name).collect();
        assert_eq!(names.len(), cases.len());
    }
}
