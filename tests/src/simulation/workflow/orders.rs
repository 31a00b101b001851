//! The orders of a run, and what has to become of each.

use beehive_core::Result;
use beehive_core::event::{Event, EventBody as _, EventId};
use beehive_core::queue::DeadLetterReason;

use super::events::{Doom, OrderPlaced, Payment};

/// An order, before anything happens to it.
#[derive(Clone, Debug)]
pub(in super::super) struct Placed {
    pub(in super::super) order: String,
    pub(in super::super) items: u32,
    pub(in super::super) kind: Kind,
}

/// What an order is like, and so what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// It is shipped.
    Sound,
    /// It is shipped as well, though the older version cannot read it.
    Voucher,
    /// Its actor says that trying again cannot help.
    Terminal,
    /// It fails as often as it is tried.
    Hopeless,
    /// It takes its process down as often as it is tried.
    Deadly,
    /// Nobody can read it.
    Garbled,
}

impl Kind {
    /// Draws one.
    pub(in super::super) fn drawn(rng: &mut fastrand::Rng) -> Self {
        match rng.u8(..20) {
            0..2 => Self::Terminal,
            2 => Self::Hopeless,
            3 => Self::Garbled,
            4..8 => Self::Voucher,
            _ => Self::Sound,
        }
    }

    /// Whether it is shipped in the end.
    pub(in super::super) fn is_shipped(self) -> bool {
        matches!(self, Self::Sound | Self::Voucher)
    }

    /// Whether somebody can read it.
    pub(in super::super) fn is_readable(self) -> bool {
        self != Self::Garbled
    }

    /// Where it is given up in the end, and why.
    pub(in super::super) fn dead_letters(self) -> &'static [(&'static str, DeadLetterReason)] {
        use DeadLetterReason::{AttemptsExhausted, Crashed, Terminal, Undecodable};
        match self {
            Self::Sound | Self::Voucher => &[],
            Self::Terminal => &[("OrderPlaced-Scatter", Terminal)],
            Self::Hopeless => &[("OrderPlaced-Scatter", AttemptsExhausted)],
            Self::Deadly => &[("OrderPlaced-Scatter", Crashed)],
            Self::Garbled => &[
                ("OrderPlaced-Audit", Undecodable),
                ("OrderPlaced-Scatter", Undecodable),
            ],
        }
    }
}

impl Placed {
    /// The event that starts it, whose id is the order's.
    pub(in super::super) fn event(&self) -> Result<Event> {
        let doom = match self.kind {
            Kind::Terminal => Some(Doom::Terminal),
            Kind::Hopeless => Some(Doom::Hopeless),
            Kind::Deadly => Some(Doom::Deadly),
            Kind::Sound | Kind::Voucher | Kind::Garbled => None,
        };
        let body = OrderPlaced {
            order: self.order.clone(),
            items: self.items,
            doom,
            payment: match self.kind {
                Kind::Voucher => Payment::Voucher,
                _ => Payment::Card,
            },
            greeting: "to the bees".into(),
        };
        let event = match self.kind {
            Kind::Garbled => Event::new(OrderPlaced::TYPE, "application/json", "{\"order\": "),
            _ => Event::of(&body)?,
        };
        Ok(event.with_id(EventId::parse(&self.order)?))
    }
}
