//! A way in on loopback that can be shut and opened again while its address stays: what a
//! [proxy](crate::proxy) and a [gate](crate::gate) have in common.

mod address;
mod doorman;
mod socket;

pub(crate) use self::address::{host_and_port, leading_to};
pub(crate) use self::doorman::Doorman;
pub(crate) use self::socket::Doorway;
