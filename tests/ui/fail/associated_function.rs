//! A function of a type is not a free function, though it takes no `self`; a macro does not see
//! that, so the compiler says it in its own words.

use beehive_core::prelude::*;

struct Auditor;

impl Auditor {
    #[actor("OrderAccepted-Audit")]
    async fn audit(_event: Event) -> Result<(), ActorError> {
        Ok(())
    }
}

fn main() {}
