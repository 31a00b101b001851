//! TLS with a real broker: whoever should get in does, and all others are told why not.

use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::EventQueue as _;
use beehive_core::queue::{EventQueueExt as _, Health};
use beehive_core::{Error, ErrorKind};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;
use tokio::time::{Instant, timeout};

use crate::certificates::{Authority, Certified, Folder, Validity};
use crate::refusal::refusal;

const HOST: &str = "localhost";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_secs(20);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("tls::broker_is_verified", broker_is_verified).with_brokers(1),
        trial("tls::expired_certificate", expired_certificate).with_brokers(1),
        trial("tls::client_certificate", client_certificate).with_brokers(1),
        trial("tls::renewed_certificates", renewed_certificates).with_brokers(1),
    ]
}

/// Connects and publishes an event.
async fn connect(config: RabbitConfig, place: &Place) -> Result<RabbitQueue, Error> {
    let config = config
        .with_namespace(place.namespace.parse()?)
        .with_connect_timeout(CONNECT_TIMEOUT);
    let queue = RabbitQueue::connect(config).await?;
    queue
        .push(Event::new("Buzzed", "text/plain", "bzz"))
        .await?;
    Ok(queue)
}

/// Fails to connect, in time, for a reason of this kind that contains these words.
async fn refused(config: RabbitConfig, place: &Place, kind: ErrorKind, words: &str) -> Outcome {
    let start = Instant::now();
    let error = refusal(connect(config, place).await)?;
    assert!(
        start.elapsed() < CONNECT_TIMEOUT,
        "after {:?}: {error:?}",
        start.elapsed()
    );
    assert_eq!(error.kind(), kind, "{words}: {error:?}");
    assert!(error.to_string().contains(words), "{words}: {error:?}");
    Ok(())
}

fn trusting(url: &str, folder: &Folder) -> Result<RabbitConfig, Error> {
    Ok(RabbitConfig::from_url(url)?.with_ca_file(folder.path().join("ca.pem")))
}

async fn started(folder: &Folder, options: BrokerOptions) -> Result<(Broker, String), Failed> {
    let broker = Broker::start(options.with_tls(folder.path())).await?;
    let url = broker.tls_url().await?;
    assert!(url.starts_with("amqps://") && url.contains(HOST), "{url}");
    Ok((broker, url))
}

async fn broker_is_verified(place: Place) -> Outcome {
    let ours = Authority::new("ours")?;
    let folder = ours.folder_for(&ours.server(HOST, Validity::Valid)?)?;
    let (broker, url) = started(&folder, BrokerOptions::default()).await?;
    connect(trusting(&url, &folder)?, &place)
        .await?
        .close()
        .await;

    let other = Folder::new()?;
    other.write("ca.pem", &Authority::new("other")?.pem())?;
    let configuration = ErrorKind::Configuration;
    refused(
        trusting(&url, &other)?,
        &place,
        configuration,
        "with_ca_file",
    )
    .await?;
    // The operating system knows neither.
    refused(
        RabbitConfig::from_url(&url)?,
        &place,
        configuration,
        "with_ca_file",
    )
    .await?;
    // The certificate is for the name, not for the address.
    let by_address = url.replace(HOST, "127.0.0.1");
    refused(
        trusting(&by_address, &folder)?,
        &place,
        configuration,
        "another host",
    )
    .await?;
    // A plain port spoken to in TLS, and the other way round.
    let plain = broker.url().replace("amqp://", "amqps://");
    refused(
        trusting(&plain, &folder)?,
        &place,
        configuration,
        "speaks no TLS",
    )
    .await?;
    let encrypted = RabbitConfig::from_url(&url.replace("amqps://", "amqp://"))?;
    let error = refusal(timeout(SOON, connect(encrypted, &place)).await?)?;
    assert!(error.to_string().contains("amqps://"), "{error:?}");
    Ok(())
}

async fn expired_certificate(place: Place) -> Outcome {
    let ours = Authority::new("ours")?;
    let folder = ours.folder_for(&ours.server(HOST, Validity::Expired)?)?;
    let (_broker, url) = started(&folder, BrokerOptions::default()).await?;
    refused(
        trusting(&url, &folder)?,
        &place,
        ErrorKind::Configuration,
        "expired",
    )
    .await
}

fn asking_for_certificates() -> BrokerOptions {
    BrokerOptions::default()
        .with_setting("ssl_options.verify", "verify_peer")
        .with_setting("ssl_options.fail_if_no_peer_cert", "true")
}

fn with_client(
    config: RabbitConfig,
    folder: &Folder,
    client: &Certified,
) -> Result<RabbitConfig, Failed> {
    let certificate = folder.write("client.pem", &client.certificate)?;
    let key = folder.write("client-key.pem", &client.key)?;
    Ok(config.with_client_certificate(certificate, key))
}

async fn client_certificate(place: Place) -> Outcome {
    let ours = Authority::new("ours")?;
    let folder = ours.folder_for(&ours.server(HOST, Validity::Valid)?)?;
    let (_broker, url) = started(&folder, asking_for_certificates()).await?;
    let plain = trusting(&url, &folder)?;
    refused(
        plain.clone(),
        &place,
        ErrorKind::Denied,
        "with_client_certificate",
    )
    .await?;
    let known = with_client(plain.clone(), &folder, &ours.client("bee")?)?;
    connect(known, &place).await?.close().await;
    let stranger = Authority::new("other")?.client("wasp")?;
    let unknown = with_client(plain.clone(), &folder, &stranger)?;
    refused(unknown, &place, ErrorKind::Denied, "does not accept").await?;
    // A key that is not the certificate's is found before anything is sent.
    let mixed = Certified {
        certificate: ours.client("bee")?.certificate,
        key: stranger.key,
    };
    let mixed = with_client(plain, &folder, &mixed)?;
    refused(mixed, &place, ErrorKind::Configuration, "belong together").await
}

/// A CA file is read at every connect: a broker may be given the certificate of another authority.
async fn renewed_certificates(place: Place) -> Outcome {
    let (before, after) = (Authority::new("before")?, Authority::new("after")?);
    let folder = before.folder_for(&before.server(HOST, Validity::Valid)?)?;
    let (broker, url) = started(&folder, BrokerOptions::default()).await?;
    let trusted = Folder::new()?;
    trusted.write("ca.pem", &before.pem())?;
    let queue = connect(trusting(&url, &trusted)?, &place).await?;

    broker.stop().await?;
    let folder = after.folder_for(&after.server(HOST, Validity::Valid)?)?;
    let options = BrokerOptions::default().with_tls(folder.path());
    broker.start_again_with(options).await?;
    eventually("a broker that is not trusted", SOON, || async {
        Ok::<_, Failed>(match queue.health() {
            Health::Down(why) => why.contains("with_ca_file").then_some(()),
            _ => None,
        })
    })
    .await?;
    trusted.write("ca.pem", &after.pem())?;
    eventually("a broker that is trusted again", SOON, || async {
        Ok::<_, Failed>(queue.health().is_up().then_some(()))
    })
    .await
}
