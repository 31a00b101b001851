//! Bodies of other content types, and of other versions.

use beehive_core::BoxError;
use beehive_core::actor::ActorError;
use beehive_core::event::{Codec, Event, ReadBody};
use beehive_core::prelude::{Deserialize, EventBody, Serialize, actor as declared};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{DeadLetterReason, EventQueue, RedriveRate};
use bytes::Bytes;

use crate::support::{Diary, MINUTE, actor, dead_letters, done, event, hive, name, within};

/// JSON behind one byte, which stands for any other format.
#[derive(Debug)]
struct Marked;

impl Codec for Marked {
    fn content_type(&self) -> &'static str {
        "application/x-marked"
    }

    fn encode(&self, body: &dyn erased_serde::Serialize) -> Result<Bytes, BoxError> {
        let mut data = vec![b'!'];
        data.extend(serde_json::to_vec(body)?);
        Ok(data.into())
    }

    fn decode(&self, data: &[u8], read: &mut ReadBody<'_>) -> Result<(), BoxError> {
        let json = data.strip_prefix(b"!").ok_or("the mark is missing")?;
        let mut json = serde_json::Deserializer::from_slice(json);
        Ok(read(&mut <dyn erased_serde::Deserializer<'_>>::erase(
            &mut json,
        ))?)
    }
}

#[derive(Serialize, Deserialize, EventBody)]
#[event(type = "Start")]
struct Ordered {
    order: u64,
    #[serde(default)]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Kind {
    #[default]
    Standard,
    Express,
}

#[declared("Start-Read")]
async fn read(
    ordered: Ordered,
    seen: &std::sync::Arc<Diary<(u64, Kind)>>,
) -> Result<(), ActorError> {
    seen.note((ordered.order, ordered.kind));
    Ok(())
}

fn json(text: &'static str) -> Event {
    Event::new("Start", "application/json", text)
}

#[tokio::test(start_paused = true)]
async fn a_body_is_read_by_the_codec_of_its_content_type() {
    let queue = MemoryQueue::default();
    let seen = Diary::<(u64, Kind)>::default();
    let hive = hive(queue.clone())
        .codec(Marked)
        .service(std::sync::Arc::new(seen.clone()))
        .actor::<read>();
    let running = hive.build().unwrap().start().await.unwrap();
    let ordered = Ordered {
        order: 7,
        kind: Kind::Express,
    };
    let marked = Event::encode(&ordered, &Marked).unwrap();
    assert_eq!(marked.data()[0], b'!');
    let unknown = Event::new("Start", "application/x-unknown", "?");
    let publisher = running.publisher();
    publisher.publish_all(&[marked, unknown]).await.unwrap();
    within(MINUTE, "settled", queue.idle()).await;
    assert_eq!(seen.all(), [(7, Kind::Express)]);
    let letters = dead_letters(&queue, "Start-Read").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Undecodable);
    assert!(
        letters[0]
            .record
            .errors
            .iter()
            .any(|line| line.contains("no codec"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_newer_version_with_more_fields_is_read_and_one_with_fewer_gets_defaults() {
    let queue = MemoryQueue::default();
    let seen = Diary::<(u64, Kind)>::default();
    let hive = hive(queue.clone()).service(std::sync::Arc::new(seen.clone()));
    let running = hive.actor::<read>().build().unwrap().start().await.unwrap();
    let newer = json(r#"{"order": 1, "kind": "Express", "colour": "red"}"#);
    let older = json(r#"{"order": 2}"#);
    running
        .publisher()
        .publish_all(&[newer, older])
        .await
        .unwrap();
    within(MINUTE, "settled", queue.idle()).await;
    assert_eq!(seen.all(), [(1, Kind::Express), (2, Kind::Standard)]);
}

#[tokio::test(start_paused = true)]
async fn what_an_older_version_cannot_read_is_kept_for_the_newer_one() {
    let queue = MemoryQueue::default();
    let seen = Diary::<(u64, Kind)>::default();
    let hive = hive(queue.clone()).service(std::sync::Arc::new(seen.clone()));
    let running = hive.actor::<read>().build().unwrap().start().await.unwrap();
    // An enum value and an event type of a version yet to come.
    let value = json(r#"{"order": 1, "kind": "Drone"}"#);
    let typed = event("OrderSplit", "[]").with_destination(name("Start-"));
    running
        .publisher()
        .publish_all(&[value, typed])
        .await
        .unwrap();
    within(MINUTE, "settled", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Read").await;
    let reasons: Vec<_> = letters.iter().map(|letter| letter.record.reason).collect();
    assert_eq!(
        reasons,
        [DeadLetterReason::Undecodable, DeadLetterReason::UnknownType]
    );
    assert!(letters.iter().all(|letter| letter.record.attempts == 1));
    assert!(running.drain().await.is_clean());

    let newer = Diary::default();
    let noted = newer.clone();
    let newer_actor = actor("Start-Read", move |event: Event| {
        noted.note(event.event_type().to_owned());
        done()
    });
    let hive = crate::support::hive(queue.clone()).register(newer_actor);
    let running = hive.build().unwrap().start().await.unwrap();
    let redriven = queue
        .dead_letters()
        .redrive_all(&name("Start-Read"), RedriveRate::default())
        .await
        .unwrap();
    within(MINUTE, "settled", queue.idle()).await;
    assert_eq!(redriven, 2);
    assert_eq!(running.drain().await.statistics.processed, 2);
    assert_eq!(newer.len(), 2);
}
