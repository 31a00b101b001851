//! What is declared is checked, and named where it differs.

use aws_config::BehaviorVersion;
use aws_sdk_sqs::types::QueueAttributeName;
use beehive_aws::ProvisioningMode;
use beehive_core::ErrorKind;
use beehive_core::queue::{EventQueue as _, EventQueueExt as _};
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;

use super::{flower, name, open, options};
use crate::emulator::trial;
use crate::faults::{equal, fails};
use crate::wire::Wire;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("queues::declaring::another_attribute_is_named", conflict),
        trial("queues::declaring::checking_makes_nothing", check),
        trial("queues::declaring::trusting_asks_nothing", trust),
    ]
}

async fn conflict() -> Outcome {
    let options = options();
    let queue = open(&Wire::new(), options.clone()).await?;
    let bee = name("Flower-Bee");
    queue.declare(&bee).await?;
    let sdk = aws_config::defaults(BehaviorVersion::latest()).http_client(Wire::new());
    let client = aws_sdk_sqs::Client::new(&sdk.load().await);
    let physical = format!("{}-Flower-Bee", options.namespace());
    let url = client.get_queue_url().queue_name(&physical).send().await?;
    client
        .set_queue_attributes()
        .set_queue_url(url.queue_url)
        .attributes(QueueAttributeName::MessageRetentionPeriod, "3600")
        .send()
        .await?;
    let Err(error) = queue.declare(&bee).await else {
        return Err(Failed::from("it was declared"));
    };
    equal("the kind", error.kind(), ErrorKind::Conflict)?;
    let shown = error.to_string();
    for part in [&physical, "MessageRetentionPeriod", "3600"] {
        equal(part, shown.contains(part), true)?;
    }
    Ok(())
}

async fn check() -> Outcome {
    let options = options();
    let checking = options.clone().with_provisioning(ProvisioningMode::Check);
    let checking = open(&Wire::new(), checking).await?;
    let names = ["Flower-", "Flower-Bee", "Jobs-Jobs"].map(name);
    for name in &names {
        fails(
            "missing",
            checking.declare(name).await,
            ErrorKind::Configuration,
        )?;
        equal("exists", checking.exists(name).await?, false)?;
    }
    let published = checking.push(flower()).await;
    fails("no topic", published, ErrorKind::Configuration)?;
    let creating = open(&Wire::new(), options).await?;
    for name in &names {
        creating.declare(name).await?;
        checking.declare(name).await?;
    }
    checking.push(flower()).await?;
    Ok(())
}

async fn trust() -> Outcome {
    let wire = Wire::new();
    let trusting = options().with_provisioning(ProvisioningMode::Trust);
    let queue = open(&wire, trusting.with_account("000000000000")).await?;
    for name in ["Flower-", "Flower-Bee", "Jobs-Jobs"].map(name) {
        queue.declare(&name).await?;
    }
    equal("requests", wire.take_counts(), Vec::new())
}
