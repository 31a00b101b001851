//! How a connection ends when its client gets no answer.

use std::error::Error;
use std::fmt;

/// How a connection ends when its client gets no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// As if the service had ended it: FIN.
    Closed,
    /// RST.
    Reset,
}

impl Ending {
    /// The ending that is behind an error of HTTP; `None` if the client is what ended it.
    pub(super) fn behind(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(ending) = error.downcast_ref() {
                return Some(*ending);
            }
            next = error.source();
        }
        None
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the gate gives no answer")
    }
}

impl Error for Ending {}
