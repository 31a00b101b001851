//! Every operation of the stores, each beside the call of the SDK that does the same.

mod counters;
mod documents;
mod inboxes;
mod item;
mod lists;
mod locks;
mod values;

use beehive_tests::services::aws::Emulator;

use super::Amount;
use super::beside::{Beside, Told};
use super::cloud::{Cloud, Taken};
use super::counted::Requests;
use crate::Result;
use crate::report::{Report, Target, count};

/// What a thousand of most operations are to take.
const ONE_EACH: Target = "1000";

/// What the operations are measured with.
struct Bench<'a> {
    cloud: &'a Cloud,
    amount: Amount,
    /// The same tables, by hand.
    dynamo: aws_sdk_dynamodb::Client,
}

/// Measures all of them.
pub(super) async fn compare(cloud: &Cloud, amount: Amount, report: &mut Report) -> Result<()> {
    let stores = Emulator::Whole.dynamo(&cloud.ours).await?;
    let values = Emulator::Whole.s3(&cloud.ours).await?;
    let bench = Bench {
        cloud,
        amount,
        dynamo: aws_sdk_dynamodb::Client::new(&cloud.bare),
    };
    bench.documents(report, &stores.collection()).await?;
    bench.lists(report, &stores.key_list()).await?;
    bench.counters(report, &stores.counter()).await?;
    bench.locks(report, &stores.lock()).await?;
    bench.inboxes(report, &stores.inbox()).await?;
    bench.values(report, &values).await
}

impl Bench<'_> {
    /// Makes an operation many times in each round, ours and by hand, each time under a name of its own,
    /// and reports what both took.
    async fn each(
        &self,
        report: &mut Report,
        name: &str,
        requests: Target,
        ours: impl AsyncFn(String) -> Result<()>,
        bare: impl AsyncFn(String) -> Result<()>,
    ) -> Result<()> {
        let beside = Beside::take(
            self.amount.rounds,
            async |round| self.times(round, &ours).await,
            async |round| self.times(round, &bare).await,
        )
        .await?;
        let key = format!("aws_{name}");
        let milliseconds =
            |took: std::time::Duration| took.as_secs_f64() * 1000.0 / count(self.amount.times);
        let (ours, bare) = (beside.pairs.ours(), beside.pairs.bare());
        let [ours, bare] = [ours, bare].map(milliseconds);
        let throughput = beside.pairs.throughput();
        let what = format!("{key}: {ours:.2} ms each, by hand {bare:.2}");
        beside.row(report, what, throughput, "");
        report.put_spread(&format!("{key}_ratio"), throughput);
        report.figure(format!("{key}_ms"), ours);
        report.figure(format!("{key}_bare_ms"), bare);
        let told = Told {
            key: &key,
            times: self.amount.times,
            count: Requests::all,
            requests,
            processor: "1.05 (1.02)",
        };
        beside.report(report, told);
        Ok(())
    }

    async fn times(
        &self,
        round: usize,
        operation: &impl AsyncFn(String) -> Result<()>,
    ) -> Result<Taken> {
        self.cloud.count();
        let begun = self.cloud.begin()?;
        for number in 0..self.amount.times {
            operation(format!("{round}-{number}")).await?;
        }
        self.cloud.end(begun)
    }
}

/// What is stored.
fn body() -> Vec<u8> {
    vec![b'x'; 256]
}
