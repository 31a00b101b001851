//! Values on S3 while some requests meet a fault.

use beehive_core::ErrorKind;
use beehive_core::store::{Etag, KeyValueStore as _, ListOptions, Precondition, PutOptions, Value};
use beehive_tests::gate::{Fault, Service};
use beehive_tests::services::aws::{Emulator, PART};
use beehive_tests::trials::{Outcome, Trial};

use super::{Behind, FAULTS, of_each};
use crate::emulator::unique;
use crate::faults::{equal, fails};

/// Three parts.
const LONG: usize = 2 * PART + 1000;
/// One part, and the most of it.
const SHORT: usize = PART - 1000;

pub(super) fn trials() -> Vec<Trial> {
    let faults: Vec<_> = FAULTS
        .into_iter()
        // It has no batches.
        .filter(|fault| *fault != Fault::Part)
        .collect();
    of_each("values", &faults, everything)
}

/// Whether a request that met it may have had its effect, for all its sender knows.
fn leaves_doubt(fault: Fault) -> bool {
    use Fault::{Deny, Fail, Lose, Swallow};
    matches!(fault, Lose | Swallow | Fail | Deny)
}

async fn everything(fault: Fault) -> Outcome {
    let behind = Behind::the_gate(Service::S3).await?;
    let store = Emulator::Whole.s3(&behind.config).await?;
    behind.some(fault);
    let prefix = format!("{}/", unique());
    let mut hits = 0;
    // Until chance has met what it can.
    for day in 0..20 {
        let key = format!("{prefix}{day}");
        for size in [100, SHORT, LONG] {
            let key = format!("{key}/{size}");
            let value: Vec<u8> = (day..).flat_map(u32::to_le_bytes).take(size).collect();
            let put = |options| store.put(&key, Value::from(value.clone()), options);
            let first = put(PutOptions::insert()).await?;
            let again = put(PutOptions::insert()).await;
            fails("inserted again", again, ErrorKind::AlreadyExists)?;
            let other = Etag::new("0123456789abcdef0123456789abcdef");
            let refused = put(PutOptions::replace(other)).await;
            // Where an attempt before may have been done, nobody can tell what became of it.
            let kind = refused.err().ok_or("it was written")?.kind();
            let told =
                kind == ErrorKind::Conflict || kind == ErrorKind::Temporary && leaves_doubt(fault);
            equal("whether it is told so", (kind, told), (kind, true))?;
            let second = put(PutOptions::replace(first)).await?;
            let found = store.get(&key).await?.ok_or("it is not there")?;
            equal("its version", found.info.etag, second.clone())?;
            let read = found.value.into_bytes(LONG).await?;
            equal("its bytes", read == value, true)?;
            let info = store.info(&key).await?.map(|info| info.etag);
            equal("what is said of it", info, Some(second))?;
        }
        let listed = store.list(&key, &ListOptions::default()).await?;
        equal("values", listed.entries.len(), 3)?;
        for entry in listed.entries {
            store.delete(&entry.key, &Precondition::None).await?;
        }
        let listed = store.list(&key, &ListOptions::default()).await?;
        equal("what is left", listed.entries.len(), 0)?;
        hits = behind.gate.counts().hits_by(fault).all;
        if hits >= 5 {
            break;
        }
    }
    behind.happened(fault, hits.max(1))
}
