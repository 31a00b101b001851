//! Races that are lost against nobody.

use super::Fault;
use super::injector::Injector;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Precondition;

/// Fails a conditional write as if another had been faster. Only one that expects a version: that
/// an item is there already must not be said of one that is not.
pub(super) fn lose_race(injector: &Injector, precondition: &Precondition) -> Result<()> {
    if matches!(precondition, Precondition::Match(_)) && injector.strikes(Fault::Conflict) {
        return Err(Error::new(
            ErrorKind::Conflict,
            "an injected fault lost the race",
        ));
    }
    Ok(())
}
