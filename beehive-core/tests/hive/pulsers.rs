//! Events that come by the clock.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::actor::ActorError;
use beehive_core::event::Event;
use beehive_core::prelude::pulser;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::schedule::{Interval, Pulse, PulserDescriptor};
use tokio::time::{Instant, sleep};

use crate::support::{Answer, Diary, HOUR, MINUTE, SECOND, actor, done, event, hive, within};

struct Script<F>(F);

#[async_trait]
impl<F, W> Pulse for Script<F>
where
    F: Fn() -> W + Send + Sync + 'static,
    W: Future<Output = Answer> + Send,
{
    async fn pulse(&self) -> Answer {
        (self.0)().await
    }
}

fn by_hand<F, W>(interval: Interval, script: F) -> PulserDescriptor
where
    F: Fn() -> W + Send + Sync + 'static,
    W: Future<Output = Answer> + Send,
{
    let pulse: Arc<dyn Pulse> = Arc::new(Script(script));
    PulserDescriptor::new("tick", "Tick", interval, move |_| Some(Arc::clone(&pulse)))
}

/// The lengths of the pauses between pulses, in seconds.
async fn pauses<F, W>(interval: Interval, within: Duration, script: F) -> Vec<u64>
where
    F: Fn(usize) -> W + Send + Sync + 'static,
    W: Future<Output = Answer> + Send,
{
    let times = Diary::default();
    times.note(Instant::now());
    let noted = times.clone();
    let tick = by_hand(interval, move || {
        noted.note(Instant::now());
        script(noted.len() - 1)
    });
    let hive = hive(MemoryQueue::default()).register_pulser(tick).build();
    let running = hive.unwrap().start().await.unwrap();
    sleep(within).await;
    running.drain().await;
    let times = times.all();
    times
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_fixed_interval_stays_the_same() {
    let pauses = pauses(Interval::fixed(10 * SECOND), MINUTE, |_| done()).await;
    assert_eq!(pauses[..5], [10; 5]);
}

#[tokio::test(start_paused = true)]
async fn a_growing_interval_grows_while_there_is_nothing_to_do_and_starts_over() {
    let interval = Interval::doubly_increasing(SECOND, 8 * SECOND);
    let pauses = pauses(interval, MINUTE, |pulse| async move {
        Ok(if pulse == 6 {
            vec![event("Tick", "")]
        } else {
            vec![]
        })
    })
    .await;
    assert_eq!(pauses[..9], [1, 2, 4, 8, 8, 8, 1, 2, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_pulse_that_fails_panics_or_hangs_is_followed_by_others() {
    let interval = Interval::fixed(10 * SECOND);
    let pauses = pauses(interval, HOUR, |pulse| async move {
        match pulse {
            1 => Err(ActorError::retry("as the test says")),
            2 => panic!("as the test says"),
            3 => std::future::pending().await,
            _ => done().await,
        }
    })
    .await;
    assert_eq!(pauses[..3], [10; 3]);
    assert!(pauses.len() > 100, "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn jitter_spreads_pulses() {
    let interval = Interval::fixed(100 * SECOND).with_jitter(0.5);
    let pauses = pauses(interval, 10 * HOUR, |_| done()).await;
    assert!(
        pauses.iter().all(|pause| (49..=100).contains(pause)),
        "{pauses:?}"
    );
    let (shortest, longest) = (pauses.iter().min(), pauses.iter().max());
    assert!(longest.unwrap() - shortest.unwrap() > 20, "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn pulses_are_processed_like_any_event() {
    let queue = MemoryQueue::default();
    let sources = Diary::default();
    let noted = sources.clone();
    let tick = by_hand(Interval::fixed(MINUTE), || async {
        Ok(vec![event("Tick", "")])
    });
    let reader = actor("Tick-Read", move |event: Event| {
        noted.note(event.source().to_owned());
        done()
    });
    let hive = hive(queue.clone()).register_pulser(tick).register(reader);
    let running = hive.build().unwrap().start().await.unwrap();
    sleep(3 * MINUTE + SECOND).await;
    assert_eq!(sources.all(), ["test/tick"; 3]);
    running.drain().await;
    sleep(HOUR).await;
    assert_eq!(sources.len(), 3, "a stopped hive pulses no more");
}

#[pulser("Tick", every = "5m")]
async fn tock() -> Result<Vec<Event>, ActorError> {
    Ok(vec![event("Tick", "")])
}

#[tokio::test(start_paused = true)]
async fn a_declared_pulser_runs() {
    let queue = MemoryQueue::default();
    let reader = actor("Tick-Read", |_| done());
    let hive = hive(queue.clone()).pulser::<tock>().register(reader);
    let running = hive.build().unwrap().start().await.unwrap();
    sleep(11 * MINUTE).await;
    within(MINUTE, "done", queue.idle()).await;
    assert_eq!(running.drain().await.statistics.processed, 2);
}
