//! What must hold after a run, whatever went wrong in it.

mod conduct;
mod effects;
mod identities;
mod rest;

use beehive_core::{BoxError, Result};

use super::protection::Protection;
use super::run::Aftermath;

/// Everything that is wrong; empty if all is well.
///
/// # Errors
/// If the world could not be looked at.
pub(super) async fn violations(
    after: &Aftermath,
    protection: Protection,
) -> Result<Vec<String>, BoxError> {
    let mut wrong = effects::violations(after, protection).await?;
    wrong.extend(rest::violations(after).await?);
    wrong.extend(identities::violations(&after.scenario, &after.seen));
    wrong.extend(conduct::violations(&after.scenario, &after.seen));
    Ok(wrong)
}
