//! Bodies that do not fit into a message.

use beehive_aws::s3::ClaimCheck;
use beehive_core::ErrorKind;
use beehive_core::event::Event;
use beehive_core::queue::{EventQueue as _, EventQueueExt as _};
use beehive_core::store::{KeyValueStore as _, ListOptions, PutOptions};
use beehive_tests::trials::{Outcome, Trial};

use super::{declared, name, one, open, options};
use crate::emulator::{s3_over, trial, unique};
use crate::faults::{equal, fails};
use crate::wire::Wire;

/// Ten times what SNS takes.
const SIZE: usize = 2_621_440;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("queues::bodies::large_ones_are_on_s3", large),
        trial("queues::bodies::without_s3_they_are_refused", refused),
        trial("queues::bodies::another_body_is_a_defect", tampered),
    ]
}

fn large_event() -> Event {
    let body: Vec<u8> = (0..=u8::MAX).cycle().take(SIZE).collect();
    Event::new("Flower", "application/octet-stream", body)
}

async fn large() -> Outcome {
    let wire = Wire::new();
    let claims = ClaimCheck::new(s3_over(&wire).await?, format!("{}/", unique()));
    let queue = open(&wire, options().with_claim_check(claims, SIZE)).await?;
    equal("the limit", queue.capabilities().limits.body_max(), SIZE)?;
    let mut bee = declared(&queue, &name("Flower-Bee")).await?;
    let event = large_event();
    wire.take_counts();
    queue.push(event.clone()).await?;
    let counts = wire.take_counts();
    let expected = [("PublishBatch".to_owned(), 1), ("PutObject".to_owned(), 1)];
    equal("requests", counts, expected.to_vec())?;
    let lease = one(&mut *bee).await?;
    equal("sound", lease.defect().is_none(), true)?;
    equal("the body", lease.event().data() == event.data(), true)?;
    equal("the URL", lease.event().body_url(), None)?;
    lease.commit().await?;
    Ok(())
}

async fn refused() -> Outcome {
    let wire = Wire::new();
    let queue = open(&wire, options()).await?;
    wire.take_counts();
    fails(
        "too large",
        queue.push(large_event()).await,
        ErrorKind::Limit,
    )?;
    equal("requests", wire.take_counts(), Vec::new())
}

async fn tampered() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let prefix = format!("{}/", unique());
    let claims = ClaimCheck::new(store.clone(), &prefix);
    let queue = open(&wire, options().with_claim_check(claims, SIZE)).await?;
    let mut bee = declared(&queue, &name("Flower-Bee")).await?;
    let event = large_event();
    queue.push(event.clone()).await?;
    let all = ListOptions::default();
    let key = store.list(&prefix, &all).await?.entries[0].key.clone();
    store
        .put(&key, "another".into(), PutOptions::default())
        .await?;
    let lease = one(&mut *bee).await?;
    let defect = lease.defect().map(beehive_core::Error::kind);
    equal("the defect", defect, Some(ErrorKind::Undecodable))?;
    equal("the event", lease.event().id(), event.id())?;
    lease.commit().await?;
    Ok(())
}
