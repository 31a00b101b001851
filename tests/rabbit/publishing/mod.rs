//! Publishing is confirmed, or says of each event why not, whatever happens to broker and network.

mod alarm;
mod full;
mod kill;
mod limits;
mod load;
mod network;
mod pipelined;
mod routing;
mod stage;

use beehive_tests::trials::Trial;

pub(crate) use self::routing::a_deleted_queue_is_noticed;
use self::stage::Stage;

pub(crate) fn trials() -> Vec<Trial> {
    [
        routing::trials(),
        pipelined::trials(),
        limits::trials(),
        full::trials(),
        network::trials(),
        alarm::trials(),
        kill::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
