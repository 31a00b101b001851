//! The two versions of the hive.

use std::fmt;

use beehive_core::hive::{Hive, HiveBuilder};

use super::{actors, newer, older};

/// Which version of the program a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Version {
    /// It cannot read orders that are paid by voucher, and does not know ratings.
    Older,
    Newer,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Older => "older",
            Self::Newer => "newer",
        })
    }
}

/// All actors of a version.
pub(in super::super) fn hive(version: Version) -> HiveBuilder {
    let hive = Hive::builder("simulation")
        .actor::<actors::reserve>()
        .actor::<actors::gather>()
        .actor::<actors::ship>()
        .actor::<actors::enter>()
        .actor::<actors::mail>()
        .entry("OrderPlaced")
        .strict();
    match version {
        Version::Older => hive.actor::<older::scatter>().actor::<older::audit>(),
        Version::Newer => hive
            .actor::<newer::scatter>()
            .actor::<newer::audit>()
            .actor::<newer::rate>()
            .actor::<newer::publish>(),
    }
}
