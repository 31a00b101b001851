//! The factory actor: owns one subscription, and runs its processor actor on every event.
//!
//! Each has its own bounded loop: poll, process, publish, commit. Workers take leases from the
//! intake one by one, as many workers as the parallelism allows and the load needs. A worker looks
//! into the inbox, runs the actor while the lease keeper renews the lease, publishes the follow-ups,
//! records the event in the inbox, and settles the lease as [`disposition`] decides.
//!
//! What happens when the process dies between two of these steps:
//!
//! | died after | the event | its effects |
//! |---|---|---|
//! | receive | redelivered | the actor runs again |
//! | process | redelivered | the actor runs again; follow-ups have the same ids |
//! | publish, of some or all | redelivered | as before; the inboxes of the followers drop copies |
//! | record | redelivered | skipped, committed |
//! | commit | done | |

mod announcer;
mod answer;
mod attempt;
mod closing;
mod disposition;
mod ended;
mod follow_ups;
mod in_time;
mod intake;
mod kill_switch;
mod lease_keeper;
mod lifecycle;
mod lock;
mod meters;
mod once;
mod parts;
mod processing;
mod reader;
mod settings;
mod settling;
mod slots;
mod solitude;
mod unsettled;
mod worker;

pub(crate) use self::announcer::Announcer;
pub(crate) use self::answer::answer;
pub use self::closing::HandedBack;
pub use self::kill_switch::KillSwitchPolicy;
pub use self::meters::Statistics;
pub(crate) use self::parts::{Factory, FactoryParts};
pub use self::settings::FactorySettings;
pub(crate) use self::solitude::Solitude;
