//! What is left in the queues when all should be done.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use beehive_tests::services::Broker;

use crate::Result;
use crate::stage::{Broken, Stage};

/// Events that wait, are leased or are delayed, by the queue's name. Dead letters are no rest.
pub(crate) type Rest = BTreeMap<String, u64>;

/// Counts what is left.
pub(crate) async fn rest(stage: &Stage) -> Result<Rest> {
    match stage.broken() {
        Broken::Broker(broker) => on_broker(broker, stage.namespace()).await,
        Broken::Nothing => on_sqs(stage.namespace()).await,
    }
}

async fn on_broker(broker: &Broker, namespace: &str) -> Result<Rest> {
    let prefix = format!("{namespace}.");
    let queues = broker.queues().await?;
    Ok(queues
        .into_iter()
        .filter(|queue| queue.name.starts_with(&prefix))
        .filter(|queue| queue.name.rsplit('.').next() != Some("dead"))
        .map(|queue| (queue.name, queue.ready + queue.unsettled))
        .filter(|(_, count)| *count > 0)
        .collect())
}

async fn on_sqs(namespace: &str) -> Result<Rest> {
    const COUNTS: [Attribute; 3] = [
        Attribute::ApproximateNumberOfMessages,
        Attribute::ApproximateNumberOfMessagesNotVisible,
        Attribute::ApproximateNumberOfMessagesDelayed,
    ];
    let provider = Provider::Rustls(CryptoMode::Ring);
    let http = HttpBuilder::new().tls_provider(provider).build_https();
    let config = aws_config::from_env().http_client(http).load().await;
    let client = aws_sdk_sqs::Client::new(&config);
    let mut rest = Rest::new();
    let mut next = None;
    loop {
        let page = client
            .list_queues()
            .queue_name_prefix(format!("{namespace}-"))
            .max_results(1_000)
            .set_next_token(next)
            .send()
            .await?;
        for url in page.queue_urls() {
            let name = url.rsplit('/').next().unwrap_or(url);
            if name.ends_with("--dead") {
                continue;
            }
            let told = client
                .get_queue_attributes()
                .queue_url(url)
                .set_attribute_names(Some(COUNTS.to_vec()))
                .send()
                .await?;
            let counts = told.attributes().into_iter().flat_map(|all| all.values());
            let mut sum = 0;
            for count in counts {
                sum += count.parse::<u64>()?;
            }
            if sum > 0 {
                rest.insert(name.to_owned(), sum);
            }
        }
        next = page.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(rest);
        }
    }
}
