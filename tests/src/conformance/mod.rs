//! The core's suites, on backends with a real service behind them.

mod suite;

pub use self::suite::{CleanUp, Opened, Opening, Site, Suite};
