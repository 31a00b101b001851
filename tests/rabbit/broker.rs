//! The brokers that the other tests break do what those tests think they do.

use std::time::Duration;

use beehive_tests::services::{Broker, BrokerOptions, Permissions, QueueCount, shared_broker};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;
use tokio::time::timeout;

use crate::amqp::Client;

/// For what a broker does in its own time.
const SOON: Duration = Duration::from_mins(1);
/// For what must not happen.
const A_WHILE: Duration = Duration::from_secs(1);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("broker::shared_answers", shared_answers).with_shared_broker(),
        trial("broker::killed_keeps_its_data", killed_keeps_its_data).with_brokers(1),
        trial(
            "broker::stopped_takes_other_options",
            stopped_takes_other_options,
        )
        .with_brokers(1),
        trial("broker::paused_answers_later", paused_answers_later).with_brokers(1),
        trial("broker::is_told_what_to_do", is_told_what_to_do).with_brokers(1),
        trial("broker::removed_after_a_panic", removed_after_a_panic).with_brokers(1),
        trial(
            "broker::wrong_options_are_explained",
            wrong_options_are_explained,
        )
        .with_brokers(1),
    ]
}

async fn shared_answers(place: Place) -> Outcome {
    let url = shared_broker().ok_or("no shared broker")?;
    let client = Client::connect(&url).await?;
    let queue = place.namespace;
    client.declare(&queue, "classic").await?;
    client.publish(&queue, b"clover").await?;
    assert_eq!(client.take(&queue).await?, Some(b"clover".to_vec()));
    let options = lapin::options::QueueDeleteOptions::default();
    client.channel.queue_delete(queue.into(), options).await?;
    Ok(())
}

async fn killed_keeps_its_data(_: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let client = Client::connect(broker.url()).await?;
    for queue in ["classic", "quorum"] {
        client.declare(queue, queue).await?;
        client.publish(queue, queue.as_bytes()).await?;
    }
    broker.flush_declarations().await?;
    broker.kill().await?;
    refused(broker.url()).await?;
    broker.start_again().await?;
    for queue in ["classic", "quorum"] {
        // A quorum queue elects its leader after the start, and breaks the channels of those who
        // ask before.
        let taken = eventually("the return of the data", SOON, || async {
            let client = Client::connect(broker.url()).await?;
            Ok::<_, Failed>(client.take(queue).await.ok().flatten())
        })
        .await?;
        assert_eq!(taken, queue.as_bytes());
    }
    Ok(())
}

async fn stopped_takes_other_options(_: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let url = broker.url().to_owned();
    assert_eq!(consumer_timeout(&broker).await?, "{ok,1800000}");
    broker.stop().await?;
    refused(&url).await?;
    let options = BrokerOptions::default().with_setting("consumer_timeout", "60000");
    broker.start_again_with(options).await?;
    assert_eq!(broker.url(), url);
    assert_eq!(consumer_timeout(&broker).await?, "{ok,60000}");
    // They stay when it is killed.
    broker.kill().await?;
    broker.start_again().await?;
    assert_eq!(consumer_timeout(&broker).await?, "{ok,60000}");
    Ok(())
}

async fn consumer_timeout(broker: &Broker) -> Result<String, Failed> {
    let words = ["eval", "application:get_env(rabbit, consumer_timeout)."];
    Ok(broker.ctl(&words).await?.trim().to_owned())
}

async fn paused_answers_later(_: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let client = Client::connect(broker.url()).await?;
    client.declare("bees", "classic").await?;
    broker.pause().await?;
    let mut publishing = Box::pin(client.publish("bees", b"clover"));
    let early = timeout(A_WHILE, &mut publishing).await;
    assert!(early.is_err(), "a paused broker confirmed: {early:?}");
    broker.resume().await?;
    timeout(SOON, publishing).await??;
    Ok(())
}

async fn is_told_what_to_do(_: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let client = Client::connect(broker.url()).await?;
    client.declare("bees", "classic").await?;
    client.declare("wasps", "quorum").await?;
    client.publish("bees", b"clover").await?;
    let expected: Vec<_> = [("bees", 1), ("wasps", 0)]
        .map(|(name, ready)| QueueCount {
            name: name.into(),
            ready,
            unsettled: 0,
        })
        .into();
    eventually("the count of what is ready", SOON, || async {
        let counts = broker.queues().await?;
        Ok::<_, Failed>((counts == expected).then_some(()))
    })
    .await?;

    broker.raise_memory_alarm().await?;
    let mut publishing = Box::pin(client.publish("bees", b"thyme"));
    let early = timeout(A_WHILE, &mut publishing).await;
    assert!(early.is_err(), "a broker without memory confirmed");
    broker.clear_memory_alarm().await?;
    timeout(SOON, publishing).await??;

    broker.delete_queue("wasps").await?;
    let left = broker.queues().await?;
    assert_eq!(left.len(), 1, "{left:?}");

    let reader = Permissions {
        configure: "^$",
        write: "^$",
        read: ".*",
    };
    broker.add_user("drone", "idle", reader).await?;
    let url = broker.url_as("drone", "idle");
    let drone = Client::connect(&url).await?;
    assert!(drone.declare("hive", "classic").await.is_err());
    broker.permit("drone", Permissions::ALL).await?;
    let drone = Client::connect(&url).await?;
    drone.declare("hive", "classic").await?;

    assert!(client.connection.status().connected());
    broker.close_all_connections().await?;
    eventually("the end of the connection", SOON, || async {
        Ok::<_, Failed>((!client.connection.status().connected()).then_some(()))
    })
    .await
}

async fn removed_after_a_panic(_: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let url = broker.url().to_owned();
    Client::connect(&url).await?;
    let panicked = tokio::spawn(async move {
        let _held = broker;
        // As a panic does, without its words in the output of the tests.
        std::panic::resume_unwind(Box::new("with a broker at hand"))
    });
    let panicked: Result<(), _> = panicked.await;
    assert!(panicked.is_err_and(|error| error.is_panic()));
    refused(&url).await
}

async fn wrong_options_are_explained(_: Place) -> Outcome {
    let options = BrokerOptions::default().with_setting("no_such_setting", "1");
    match Broker::start(options).await {
        Ok(_) => Err("it started".into()),
        Err(error) if error.to_string().contains("no_such_setting") => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Makes sure that nobody listens at this URL.
async fn refused(url: &str) -> Outcome {
    match timeout(SOON, Client::connect(url)).await? {
        Ok(_) => Err(format!("{url} still answers").into()),
        Err(_) => Ok(()),
    }
}
