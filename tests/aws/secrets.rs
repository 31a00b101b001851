//! Credentials, receipts and bodies are seen in no log.

use std::fmt::Write as _;
use std::num::NonZeroUsize;

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use beehive_aws::sqs::{SqsOptions, SqsQueue};
use beehive_aws::{AwsConfig, ProvisioningMode};
use beehive_core::queue::{EventQueue as _, EventQueueExt as _};
use beehive_core::store::{CollectionStore as _, KeyValueStore as _, Precondition, PutOptions};
use beehive_core::{Error, Event};
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::{Log, Outcome, Trial, heard};
use libtest_mimic::Failed;
use tokio::runtime::Builder;
use tracing_subscriber::filter::EnvFilter;

use crate::emulator::{trial, unique};
use crate::queues::{declared, name};
use crate::wire::{Fault, Wire};

const KEY: &str = "planted-key";
const TOKEN: &str = "planted-token";
const BODY: &str = "planted-body";
/// All of ours, and of the SDK what it does not say to those alone who look for a fault in it: that is
/// whole requests, with their bodies.
const LOGGED: &str = "trace,aws_smithy_runtime=debug,aws_smithy_runtime_api=debug,aws_sigv4=debug,\
                      aws_runtime=debug,aws_smithy_http_client=debug,aws_smithy_checksums=debug,\
                      aws_config=debug,hyper=debug,hyper_util=debug,h2=debug,rustls=debug";

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("secrets::seen_in_no_log", seen_in_no_log)]
}

async fn seen_in_no_log() -> Outcome {
    let log = Log::default();
    let writer = log.clone();
    // A thread of its own: what is logged on it goes to this trial, and no other trial logs there.
    let told = tokio::task::spawn_blocking(move || {
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(LOGGED))
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        heard(subscriber, || runtime.block_on(everything()))
    })
    .await??;
    let log = log.text();
    // We are heard, and so is the SDK, or else this proves nothing.
    for words in [
        "a call of AWS failed and is made again",
        "SNS cannot be used",
        "aws_smithy_runtime",
    ] {
        assert!(log.contains(words), "{words} is not in the log:\n{log}");
    }
    for secret in [KEY, TOKEN, BODY, &*told.receipt] {
        for (place, text) in [("log", &log), ("errors", &told.text)] {
            if let Some(line) = text.lines().find(|line| line.contains(secret)) {
                return Err(format!("{secret} is in the {place}: {line}").into());
            }
        }
    }
    Ok(())
}

/// What was told of what was done.
#[derive(Debug, Default)]
struct Told {
    text: String,
    /// By which a lease can be settled.
    receipt: String,
}

impl Told {
    fn of(&mut self, error: &Error) {
        // Cannot fail: it is a string.
        writeln!(self.text, "{error} {error:?} {error:#?}").ok();
    }
}

async fn everything() -> Result<Told, Failed> {
    let wire = Wire::new();
    let credentials = Credentials::new("PLANTED", KEY, Some(TOKEN.into()), None, "test");
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .http_client(wire.clone())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .load()
        .await;
    let config = AwsConfig::new(sdk.clone());
    let mut told = Told::default();
    writeln!(told.text, "{config:?} {config:#?}").ok();

    let documents = Emulator::Whole.dynamo(&config).await?.collection();
    let values = Emulator::Whole.s3(&config).await?;
    let place = unique();
    wire.fail("PutItem", Fault::Lose);
    documents
        .put(&place, "1", BODY.into(), &Precondition::None)
        .await?;
    documents.get(&place, "1").await?;
    values
        .put(&place, BODY.into(), PutOptions::default())
        .await?;
    values.get(&place).await?;
    writeln!(told.text, "{documents:?} {values:?}").ok();

    let options = SqsOptions::new(unique()).with_provisioning(ProvisioningMode::Create);
    let queue = SqsQueue::open(&config, &options).await?;
    let bee = name("Flower-Bee");
    let mut receiver = declared(&queue, &bee).await?;
    queue.push(Event::new("Flower", "text/plain", BODY)).await?;
    let ten = NonZeroUsize::MIN.saturating_add(9);
    let mut leases = receiver.receive(ten, super::hive::SOON).await?;
    let mut lease = leases.pop().ok_or("no event came")?;
    lease.extend(super::hive::SOON).await?;
    writeln!(told.text, "{queue:?} {receiver:?} {lease:?}").ok();
    // As AWS quotes the receipt of a lease that is over.
    wire.fail(
        "DeleteMessageBatch",
        Fault::Answer {
            status: 200,
            body: OVER,
        },
    );
    told.receipt = "planted-receipt".into();
    let Err(failed) = lease.commit().await else {
        return Err("it was committed".into());
    };
    told.of(&failed.error);
    wire.fail(
        "PublishBatch",
        Fault::Answer {
            status: 403,
            body: DENIED,
        },
    );
    if let Err(error) = queue.push(Event::new("Flower", "text/plain", BODY)).await {
        told.of(&error);
    }
    queue.delete(&bee).await?;
    Ok(told)
}

const OVER: &str = r#"{"Successful":[],"Failed":[{"Id":"0","Code":"InvalidParameterValue","SenderFault":true,
    "Message":"Value planted-receipt for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."}]}"#;
const DENIED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>";
