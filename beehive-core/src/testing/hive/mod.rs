//! A hive under test.

mod attempts;
mod idle;
mod inspect;
mod options;
mod settled;
mod test_hive;
mod unfinished;

pub use self::options::TestOptions;
pub use self::settled::Settled;
pub use self::test_hive::TestHive;
pub use self::unfinished::Unfinished;
