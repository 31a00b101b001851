//! An actor may stand wherever an item may.

use beehive_core::prelude::*;

fn main() {
    #[actor("OrderAccepted-Audit")]
    async fn audit(_event: Event) -> Result<(), ActorError> {
        Ok(())
    }

    assert_eq!(audit::descriptors().len(), 1);
}
