//! The backend behind a [`Gate`]: a bad day of AWS over real HTTP, told by its answers alone, after
//! which everything is exactly as on a good day.

mod counters;
mod documents;
mod events;
mod lasting;
mod late;
mod values;

use std::time::Duration;

use beehive_aws::{AwsConfig, Timeouts};
use beehive_tests::gate::{Fault, Gate, Rule, Service};
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;
use tokio::time::timeout;

use crate::emulator;

/// The share of the requests that meet a fault.
const SHARE: f64 = 0.2;
/// What a delayed request takes longer.
const DELAY: Duration = Duration::from_millis(40);
/// What the emulator takes at most for what arrives.
const SOON: Duration = Duration::from_secs(20);
/// All that can happen to a request and pass.
const FAULTS: [Fault; 8] = [
    Fault::Throttle,
    Fault::Fail,
    Fault::Conflict,
    Fault::Part,
    Fault::Lose,
    Fault::Swallow,
    Fault::Deny,
    Fault::Delay(DELAY),
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = documents::trials();
    trials.extend(counters::trials());
    trials.extend(values::trials());
    trials.extend(events::trials());
    trials.extend(lasting::trials());
    trials.extend(late::trials());
    trials
}

/// The emulator, with a gate before the part of it that this service is.
struct Behind {
    gate: Gate,
    config: AwsConfig,
}

impl Behind {
    async fn the_gate(service: Service) -> Result<Self, Failed> {
        let whole = std::env::var("AWS_ENDPOINT_URL")?;
        let url = match service {
            Service::DynamoDb => std::env::var("AWS_ENDPOINT_URL_DYNAMODB").unwrap_or(whole),
            _ => whole,
        };
        let (gate, through) = Gate::in_front_of(&url, fastrand::u64(..)).await?;
        let config = Emulator::Whole.config().await;
        let config = config.with_endpoint_url(through);
        Ok(Self { gate, config })
    }

    /// With time for one short attempt and another.
    fn in_a_hurry(mut self, attempt: Duration) -> Self {
        let timeouts = Timeouts::default()
            .with_attempt(attempt)
            .with_transfer(attempt)
            .with_operation(attempt * 4);
        self.config = self.config.with_timeouts(timeouts);
        self
    }

    /// Lets this happen to some requests.
    fn some(&self, fault: Fault) {
        self.gate.set([Rule::new(fault).with_share(SHARE)]);
    }

    /// Lets this happen to the next request of an operation.
    fn next(&self, operation: &str, fault: Fault) {
        let rule = Rule::new(fault).with_operations([operation]);
        self.gate.set([rule.with_times(1)]);
    }

    /// Heals the gate, and waits until the service has all that was delayed for longer than this.
    async fn arrived(&self, delay: Fault) -> Outcome {
        self.happened(delay, 1)?;
        let counts = self.gate.counts();
        let all = counts.forwarded + counts.hits_by(delay).all;
        self.gate.heal().await?;
        let arriving = self.gate.until(|counts| counts.forwarded >= all);
        Ok(timeout(SOON, arriving).await?)
    }

    /// Fails the trial unless this happened, since else it shows nothing, or if anything failed for
    /// which there is no rule.
    fn happened(&self, fault: Fault, least: u64) -> Outcome {
        let counts = self.gate.counts();
        let hits = counts.hits_by(fault).all;
        if hits < least {
            return Err(format!("{fault} happened {hits} times: {counts:?}").into());
        }
        if counts.broken > 0 {
            return Err(format!("something broke by itself: {counts:?}").into());
        }
        Ok(())
    }
}

/// A trial for each of these faults.
fn of_each<F>(
    name: &str,
    faults: &[Fault],
    run: impl Fn(Fault) -> F + Copy + Send + 'static,
) -> Vec<Trial>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let named = |fault: &Fault| {
        let fault = *fault;
        emulator::trial(format!("gate::{name}::{fault}"), move || run(fault))
    };
    faults.iter().map(named).collect()
}
