//! What a queue and all that it gives out share.

use std::sync::Arc;

use super::bodies::Bodies;
use super::calls::Calls;
use super::condition::Condition;
use super::options::UnheardTopics;
use super::topology::Topology;
use crate::{AwsConfig, ProvisioningMode};

/// What a queue and all that it gives out share.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) config: AwsConfig,
    pub(super) topology: Topology,
    pub(super) bodies: Bodies,
    pub(super) calls: Calls,
    pub(super) condition: Arc<Condition>,
    pub(super) provisioning: ProvisioningMode,
    pub(super) unheard_topics: UnheardTopics,
    /// For requests that wait for events: no slow answer is a fault there.
    pub(super) polls: aws_sdk_sqs::Client,
}
