//! How a backend is.

/// How a backend, or an actor's subscription, is right now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// It works.
    #[default]
    Up,
    /// It works with less than it should, or waits for something; the text says why.
    Degraded(String),
    /// It does not work; the text says why.
    Down(String),
}

impl Health {
    /// Whether it works as it should.
    pub fn is_up(&self) -> bool {
        *self == Self::Up
    }
}
