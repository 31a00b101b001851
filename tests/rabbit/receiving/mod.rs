//! Receiving under leases, whatever happens to broker, network and receiver.

mod alarm;
mod buffer;
mod consumer_timeout;
mod deleted;
mod lost;
mod poison;
mod settling;
mod soak;
mod stage;

use beehive_tests::trials::Trial;

pub(crate) use self::lost::a_lost_lease_is_not_settled;
use self::stage::Stage;

pub(crate) fn trials() -> Vec<Trial> {
    [
        buffer::trials(),
        lost::trials(),
        poison::trials(),
        deleted::trials(),
        settling::trials(),
        soak::trials(),
        alarm::trials(),
        consumer_timeout::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
