//! What becomes of requests that meet a fault.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::super::{Fault, Hits, Rule, Service};
use super::scene::{A_MOMENT, Outcome, SOON, Scene, form, put, to_dynamo, to_sqs};

/// A whole request, for tests that look at the socket.
const PUT: &[u8] = b"POST / HTTP/1.1\r\nhost: aws\r\nx-amz-target: DynamoDB_20120810.PutItem\r\ncontent-length: 2\r\n\r\n{}";
const FOREVER: Duration = Duration::from_hours(1);

/// How a connection ends on which a request was sent.
async fn end_of(
    socket: &mut TcpStream,
) -> Result<std::io::Result<usize>, Box<dyn std::error::Error>> {
    Ok(timeout(SOON, socket.read(&mut [0; 16])).await?)
}

async fn is_reset(socket: &mut TcpStream) -> Outcome {
    let end = end_of(socket).await?;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    Ok(())
}

#[tokio::test]
async fn what_is_refused_never_arrives_and_the_connection_stays() -> Outcome {
    let scene = Scene::new(1).await?;
    let mut client = scene.client().await?;
    for (fault, request, status, word) in [
        (Fault::Throttle, put(), 400, "xception"),
        (Fault::Fail, put(), 500, "InternalServerError"),
        (Fault::Conflict, put(), 400, "TransactionConflictException"),
        (
            Fault::Conflict,
            to_dynamo("TransactWriteItems"),
            400,
            "TransactionCanceledException",
        ),
        (Fault::Fail, form("Action=Publish"), 500, "InternalError"),
        (
            Fault::Fail,
            to_sqs("SendMessage", "{}"),
            500,
            "InternalError",
        ),
    ] {
        scene.gate.set([Rule::new(fault)]);
        let answer = client.ask(request).await?;
        let body = String::from_utf8(answer.body().to_vec())?;
        assert_eq!(answer.status(), status, "{body}");
        assert!(body.contains(word), "{body}");
    }
    assert!(scene.heard().is_empty());
    let counts = scene.counts();
    assert_eq!((counts.accepted, counts.forwarded), (1, 0));
    assert_eq!(counts.hits(), Hits { all: 6, writes: 6 });
    assert_eq!(counts.hits_on(Service::Sns).all, 1);
    Ok(())
}

#[tokio::test]
async fn what_cannot_meet_a_fault_passes() -> Outcome {
    let scene = Scene::with([Rule::new(Fault::Conflict), Rule::new(Fault::Part)]).await?;
    let mut client = scene.client().await?;
    for request in [
        to_dynamo("GetItem"),
        to_sqs("SendMessage", "{}"),
        // What is no batch after all.
        to_sqs("SendMessageBatch", "{}"),
    ] {
        assert_eq!(client.ask(request).await?.status(), 200);
    }
    assert_eq!(scene.counts().hits().all, 0);
    assert_eq!(scene.heard().len(), 3);
    Ok(())
}

#[tokio::test]
async fn what_is_swallowed_arrives_and_the_connection_ends() -> Outcome {
    let scene = Scene::with([Rule::new(Fault::Swallow)]).await?;
    let mut socket = scene.socket().await?;
    socket.write_all(PUT).await?;
    assert_eq!(end_of(&mut socket).await??, 0);
    assert_eq!(scene.heard().len(), 1);
    assert_eq!(
        scene.counts().hits_by(Fault::Swallow),
        Hits { all: 1, writes: 1 }
    );
    Ok(())
}

#[tokio::test]
async fn what_is_denied_arrives() -> Outcome {
    let scene = Scene::with([Rule::new(Fault::Deny)]).await?;
    let mut client = scene.client().await?;
    for count in 1..3 {
        let answer = client.ask(put()).await?;
        assert_eq!(answer.status(), 500);
        assert_eq!(scene.heard().len(), count);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_lost_never_arrives_and_the_connection_is_reset() -> Outcome {
    let scene = Scene::with([Rule::new(Fault::Lose)]).await?;
    let mut socket = scene.socket().await?;
    socket.write_all(PUT).await?;
    is_reset(&mut socket).await?;
    scene.gate.heal().await?;
    assert_eq!(scene.client().await?.ask(put()).await?.status(), 200);
    assert_eq!(scene.heard().len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_hangs_is_reset_when_the_gate_heals() -> Outcome {
    let scene = Scene::with([Rule::new(Fault::Hang)]).await?;
    let mut socket = scene.socket().await?;
    socket.write_all(PUT).await?;
    scene.until(|counts| counts.hits().all == 1).await?;
    let read = timeout(A_MOMENT, socket.read(&mut [0])).await;
    assert!(read.is_err(), "{read:?}");
    scene.gate.heal().await?;
    is_reset(&mut socket).await?;
    assert!(scene.heard().is_empty());
    Ok(())
}

#[tokio::test]
async fn what_is_delayed_comes_through_and_not_too_early() -> Outcome {
    let delay = Duration::from_millis(120);
    let scene = Scene::with([Rule::new(Fault::Delay(delay))]).await?;
    let mut client = scene.client().await?;
    let start = Instant::now();
    assert_eq!(client.ask(put()).await?.body(), "{}");
    assert!(start.elapsed() >= delay, "after {:?}", start.elapsed());
    Ok(())
}

#[tokio::test]
async fn what_is_delayed_arrives_though_its_client_has_given_up() -> Outcome {
    let scene = Scene::with([Rule::new(Fault::Delay(FOREVER))]).await?;
    let mut socket = scene.socket().await?;
    socket.write_all(PUT).await?;
    scene.until(|counts| counts.hits().all == 1).await?;
    drop(socket);
    scene.until(|counts| counts.open == 0).await?;
    assert!(scene.heard().is_empty());
    scene.gate.heal().await?;
    scene.hears(1).await?;
    assert_eq!(
        scene.heard()[0].headers["x-amz-target"],
        "DynamoDB_20120810.PutItem"
    );
    Ok(())
}

#[tokio::test]
async fn of_a_batch_a_part_arrives_and_the_answer_names_the_others() -> Outcome {
    const BATCH: &str =
        r#"{"QueueUrl":"q","Entries":[{"Id":"0"},{"Id":"1"},{"Id":"2"},{"Id":"3"}]}"#;
    let scene = Scene::with([Rule::new(Fault::Part)]).await?;
    let mut client = scene.client().await?;
    let ids = |body: &[u8], list: &str| -> Result<Vec<String>, serde_json::Error> {
        let body: Value = serde_json::from_slice(body)?;
        let entries = body[list].as_array().into_iter().flatten();
        Ok(entries.map(|entry| entry["Id"].to_string()).collect())
    };
    for count in 1..=20 {
        let heard_before = scene.heard().len();
        let answer = client.ask(to_sqs("SendMessageBatch", BATCH)).await?;
        assert_eq!(answer.status(), 200);
        // This service answers with what it got.
        let mut all = ids(answer.body(), "Failed")?;
        assert!(!all.is_empty());
        if let Some(heard) = scene.heard().get(heard_before) {
            let arrived = ids(&heard.body, "Entries")?;
            assert_eq!(ids(answer.body(), "Entries")?, arrived);
            assert_eq!(
                heard.headers["content-length"],
                heard.body.len().to_string().as_str()
            );
            all.extend(arrived);
        }
        all.sort_unstable();
        assert_eq!(all, ["\"0\"", "\"1\"", "\"2\"", "\"3\""]);
        assert_eq!(scene.counts().hits_by(Fault::Part).writes, count);
    }
    assert_eq!(scene.counts().accepted, 1);
    Ok(())
}

#[tokio::test]
async fn a_seed_decides_who_meets_what() -> Outcome {
    let rules = || {
        let rule = |fault| Rule::new(fault).with_share(0.2);
        [rule(Fault::Fail), rule(Fault::Deny)]
    };
    let mut fates = Vec::new();
    for seed in [1, 1, 2] {
        let scene = Scene::new(seed).await?;
        scene.gate.set(rules());
        let mut client = scene.client().await?;
        let mut fate = Vec::new();
        for _ in 0..300 {
            let before = scene.heard().len();
            let failed = client.ask(put()).await?.status() == 500;
            fate.push((failed, scene.heard().len() - before));
        }
        let counts = scene.counts();
        for fault in [Fault::Fail, Fault::Deny] {
            let hits = counts.hits_by(fault).all;
            assert!((30..=90).contains(&hits), "{fault}: {hits}");
        }
        fates.push(fate);
    }
    assert_eq!(fates[0], fates[1]);
    assert_ne!(fates[0], fates[2]);
    Ok(())
}

#[tokio::test]
async fn a_rule_with_a_number_of_times_ends_after_them() -> Outcome {
    let scene = Scene::with([Rule::new(Fault::Fail).with_times(2)]).await?;
    let mut client = scene.client().await?;
    for status in [500, 500, 200, 200] {
        assert_eq!(client.ask(put()).await?.status(), status);
    }
    Ok(())
}

#[tokio::test]
async fn a_gate_that_is_shut_refuses_and_keeps_its_address() -> Outcome {
    let scene = Scene::new(1).await?;
    let mut client = scene.client().await?;
    client.ask(put()).await?;
    scene.gate.refuse().await?;
    let error = scene.socket().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    // Those inside stay.
    client.ask(put()).await?;
    scene.gate.heal().await?;
    assert_eq!(scene.client().await?.ask(put()).await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn all_connections_can_be_reset() -> Outcome {
    let scene = Scene::new(1).await?;
    let mut sockets = [scene.socket().await?, scene.socket().await?];
    scene.until(|counts| counts.accepted == 2).await?;
    scene.gate.reset_all();
    for socket in &mut sockets {
        is_reset(socket).await?;
    }
    assert_eq!(scene.client().await?.ask(put()).await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn the_connections_end_with_the_gate() -> Outcome {
    let scene = Scene::with([Rule::new(Fault::Delay(FOREVER))]).await?;
    let mut socket = scene.socket().await?;
    socket.write_all(PUT).await?;
    scene.until(|counts| counts.hits().all == 1).await?;
    drop(scene.gate);
    assert!(matches!(end_of(&mut socket).await?, Ok(0) | Err(_)));
    Ok(())
}
