//! The processes that the faults strike: workers, and the shop.

mod crew;
mod life;
mod shop;
mod spawn;

pub(crate) use self::crew::Crew;
pub(crate) use self::life::Edition;
pub(crate) use self::shop::{Shop, Sold};
pub(crate) use self::spawn::Calls;
