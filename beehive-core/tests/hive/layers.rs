//! Middleware written by others, around actors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use beehive_core::actor::ActorError;
use beehive_core::event::Event;
use beehive_core::queue::DeadLetterReason;
use beehive_core::queue::memory::MemoryQueue;
use tokio::time::{Instant, sleep};
use tower::limit::{ConcurrencyLimitLayer, RateLimitLayer};
use tower::timeout::TimeoutLayer;
use tower::{Layer, Service};

use crate::support::{
    Diary, HOUR, MINUTE, SECOND, actor, dead_letters, done, event, hive, no_retries, within,
};

fn starts(count: usize) -> Vec<Event> {
    (0..count).map(|_| event("Start", "")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_time_out_of_a_layer_is_a_failure_like_any_other() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Slow", |_| async {
        sleep(10 * SECOND).await;
        done().await
    });
    let hive = hive(queue.clone())
        .settings(no_retries())
        .layer(TimeoutLayer::new(SECOND))
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(2 * SECOND, "given up", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Slow").await;
    assert!(
        letters[0].record.errors[0].contains("timed out"),
        "{letters:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_rate_limit_is_not_the_actors_time() {
    let queue = MemoryQueue::default();
    let times = Diary::default();
    let noted = times.clone();
    let descriptor = actor("Start-Limited", move |_| {
        noted.note(Instant::now());
        done()
    });
    let hive = hive(queue.clone())
        .settings(no_retries().with_timeout(20 * SECOND))
        .layer(RateLimitLayer::new(1, 10 * SECOND))
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running.publisher().publish_all(&starts(32)).await.unwrap();
    within(HOUR, "done", queue.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.processed, statistics.failed), (32, 0));
    let times = times.all();
    assert!(times[31] - times[0] >= 310 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_concurrency_limit_is_not_the_actors_time() {
    let queue = MemoryQueue::default();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let descriptor = actor("Start-Limited", move |_| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(15 * SECOND).await;
            now.fetch_sub(1, Ordering::SeqCst);
            done().await
        }
    });
    let hive = hive(queue.clone())
        .settings(no_retries().with_timeout(20 * SECOND))
        .layer(ConcurrencyLimitLayer::new(2))
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running.publisher().publish_all(&starts(16)).await.unwrap();
    within(HOUR, "done", queue.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.processed, statistics.failed), (16, 0));
    assert_eq!(seen.load(Ordering::SeqCst), 2);
}

/// Notes its name on the way in and on the way out.
#[derive(Clone)]
struct Noting(&'static str, Diary<String>);

struct NotingService<S>(Noting, S);

impl<S> Layer<S> for Noting {
    type Service = NotingService<S>;

    fn layer(&self, inner: S) -> NotingService<S> {
        NotingService(self.clone(), inner)
    }
}

impl<S: Service<Event>> Service<Event> for NotingService<S>
where
    S::Future: Send + 'static,
    S::Response: Send,
    S::Error: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = futures_util::future::BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.1.poll_ready(cx)
    }

    fn call(&mut self, event: Event) -> Self::Future {
        let Noting(name, diary) = self.0.clone();
        diary.note(format!("into {name}"));
        let answer = self.1.call(event);
        Box::pin(async move {
            let answer = answer.await;
            diary.note(format!("out of {name}"));
            answer
        })
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_layer_is_the_outermost() {
    let queue = MemoryQueue::default();
    let diary = Diary::default();
    let noted = diary.clone();
    let descriptor = actor("Start-Core", move |_| {
        noted.note("the actor".to_owned());
        done()
    });
    let hive = hive(queue.clone())
        .layer(Noting("first", diary.clone()))
        .layer(Noting("second", diary.clone()))
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(MINUTE, "done", queue.idle()).await;
    let expected = [
        "into first",
        "into second",
        "the actor",
        "out of second",
        "out of first",
    ];
    assert_eq!(diary.all(), expected);
}

#[tokio::test(start_paused = true)]
async fn what_an_actor_says_of_its_failure_passes_through_layers() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Refuse", |_| async {
        Err(ActorError::terminal("no"))
    });
    let hive = hive(queue.clone())
        .layer(TimeoutLayer::new(MINUTE))
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(MINUTE, "given up", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Refuse").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Terminal);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_panics_within_layers_harms_only_its_event() {
    let queue = MemoryQueue::default();
    let descriptor = actor("Start-Panic", |event: Event| async move {
        assert!(event.data() != "bad", "the sky is falling");
        done().await
    });
    let hive = hive(queue.clone())
        .settings(no_retries())
        .layer(ConcurrencyLimitLayer::new(1))
        .register(descriptor);
    let running = hive.build().unwrap().start().await.unwrap();
    let events = ["good", "bad", "good"].map(|body| event("Start", body));
    running.publisher().publish_all(&events).await.unwrap();
    within(MINUTE, "settled", queue.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.processed, statistics.dead_lettered), (2, 1));
}
