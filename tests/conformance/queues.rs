//! Backends of queues.

use std::sync::Arc;
use std::time::Duration;

use beehive_aws::ProvisioningMode;
use beehive_aws::sqs::{SqsOptions, SqsQueue};
use beehive_core::conformance::queue::{QueueFixture, Timing, cases};
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue};
use beehive_tests::conformance::{Opened, Site, Suite};
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::Service;
use libtest_mimic::Failed;

/// Every backend whose queues need a service.
pub(crate) fn suites() -> Vec<Suite<QueueFixture>> {
    vec![
        Suite {
            name: "queue::rabbit_quorum",
            service: Service::SHARED_BROKER,
            cases,
            open: |site| Box::pin(rabbit(site, QueueType::Quorum)),
        },
        Suite {
            name: "queue::rabbit_classic",
            service: Service::SHARED_BROKER,
            cases,
            open: |site| Box::pin(rabbit(site, QueueType::Classic)),
        },
        Suite {
            name: "queue::sqs",
            service: Service::AWS,
            cases,
            open: |site| Box::pin(sqs(site)),
        },
    ]
}

async fn rabbit(site: Site, queue_type: QueueType) -> Result<Opened<QueueFixture>, Failed> {
    /// Delays go in steps of an eighth of a second, and the machine may have other work.
    const TIMING: Timing = Timing {
        lease: Duration::from_secs(5),
        wait: Duration::from_millis(900),
        tolerance: Duration::from_millis(400),
    };
    let config = RabbitConfig::from_env()?
        .with_namespace(site.suite.parse()?)
        .with_queue_type(queue_type);
    let queue = Arc::new(RabbitQueue::connect(config).await?);
    let fixture = QueueFixture::new(Arc::<RabbitQueue>::clone(&queue), site.case, TIMING);
    // The delays are left to the other cases.
    let clean_up = Box::new(|| {
        Box::pin(async move {
            queue.delete_declared().await?;
            queue.close().await;
            Ok(())
        }) as _
    });
    Ok(Opened { fixture, clean_up })
}

async fn sqs(site: Site) -> Result<Opened<QueueFixture>, Failed> {
    /// Leases and delays go in whole seconds there, and the emulator sweeps once a second, on one
    /// core that all cases share.
    const TIMING: Timing = Timing {
        lease: Duration::from_secs(12),
        wait: Duration::from_secs(3),
        tolerance: Duration::from_millis(800),
    };
    let config = Emulator::Whole.config().await;
    let options = SqsOptions::new(site.suite).with_provisioning(ProvisioningMode::Create);
    let queue = Arc::new(SqsQueue::open(&config, &options).await?);
    Ok(Opened::clean(QueueFixture::new(queue, site.case, TIMING)))
}
