//! What fails is tried again: at once, then late, then no more.

use std::time::Duration;

use beehive_core::actor::ActorError;
use beehive_core::hive::FactorySettings;
use beehive_core::queue::DeadLetterReason;
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::recovery::RetryPolicy;
use beehive_core::{Error, ErrorKind};
use tokio::time::{Instant, sleep};

use crate::support::{
    Diary, HOUR, MINUTE, SECOND, Scripted, actor, dead_letters, done, event, failing, few_retries,
    hive, never_open, until, within,
};

fn settings() -> FactorySettings {
    FactorySettings::default()
        .with_retry(few_retries())
        .with_kill_switch(never_open())
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_retried_at_once_then_after_growing_delays_then_given_up() {
    let queue = MemoryQueue::default();
    let tries = Diary::default();
    let noted = tries.clone();
    let failing = actor("Start-Fail", move |event| {
        noted.note((event.delivery().unwrap().attempt(), Instant::now()));
        failing()
    });
    let policy = few_retries().with_delayed(2);
    let hive = hive(queue.clone())
        .settings(settings().with_retry(policy))
        .register(failing)
        .build()
        .unwrap();
    let running = hive.start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "given up", queue.idle()).await;

    let (attempts, times): (Vec<_>, Vec<_>) = tries.all().into_iter().unzip();
    assert_eq!(attempts, [1, 2, 3, 4, 5, 6]);
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for at_once in [gaps[0], gaps[2], gaps[4]] {
        assert_eq!(at_once, Duration::ZERO);
    }
    // The jitter takes away up to a half; a timer may be a millisecond late.
    for (gap, delay) in [(gaps[1], 10 * SECOND), (gaps[3], 20 * SECOND)] {
        assert!(gap >= delay / 2 && gap <= delay + SECOND / 500, "{gap:?}");
    }
    let letters = dead_letters(&queue, "Start-Fail").await;
    assert_eq!(
        letters[0].record.reason,
        DeadLetterReason::AttemptsExhausted
    );
    assert_eq!(letters[0].record.attempts, 6);
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.failed, statistics.retried_now), (6, 3));
    assert_eq!((statistics.retried_later, statistics.dead_lettered), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn attempts_go_on_counting_in_another_hive() {
    let queue = MemoryQueue::default();
    let attempts = Diary::default();
    for _ in 0..2 {
        let noted = attempts.clone();
        let failing = actor("Start-Fail", move |event| {
            noted.note(event.delivery().unwrap().attempt());
            failing()
        });
        let hive = hive(queue.clone()).settings(settings()).register(failing);
        let running = hive.build().unwrap().start().await.unwrap();
        if attempts.len() == 0 {
            running
                .publisher()
                .publish(event("Start", ""))
                .await
                .unwrap();
        }
        let before = attempts.len();
        until("two attempts", || attempts.len() == before + 2).await;
        assert!(running.drain().await.is_clean());
    }
    assert_eq!(attempts.all(), [1, 2, 3, 4]);
    assert_eq!(dead_letters(&queue, "Start-Fail").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_actor_chooses_the_delay_of_its_retry_and_it_counts_as_an_attempt() {
    let queue = MemoryQueue::default();
    let times = Diary::default();
    let noted = times.clone();
    let closed = actor("Start-Closed", move |_| {
        noted.note(Instant::now());
        async { Err(ActorError::retry_after("the bank is closed", HOUR)) }
    });
    let hive = hive(queue.clone()).settings(settings()).register(closed);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(12 * HOUR, "given up", queue.idle()).await;
    let times = times.all();
    assert_eq!(times.len(), 4);
    for pair in times.windows(2) {
        let gap = pair[1] - pair[0];
        assert!(gap >= HOUR && gap < HOUR + SECOND, "{gap:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_terminal_failure_is_given_up_at_once() {
    let queue = MemoryQueue::default();
    let terminal = actor("Start-Refuse", |_| async {
        Err(ActorError::terminal("there is nothing to pay"))
    });
    let hive = hive(queue.clone()).settings(settings()).register(terminal);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(SECOND, "given up", queue.idle()).await;
    let letters = dead_letters(&queue, "Start-Refuse").await;
    assert_eq!(letters[0].record.reason, DeadLetterReason::Terminal);
    assert_eq!(letters[0].record.errors, ["there is nothing to pay"]);
    assert_eq!(letters[0].record.attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn any_error_is_retried_until_it_goes_away() {
    let queue = MemoryQueue::default();
    let tries = Diary::default();
    let noted = tries.clone();
    let flaky = actor("Start-Flaky", move |_| {
        noted.note(());
        let round = noted.len();
        async move {
            if round < 4 {
                Err(Error::new(ErrorKind::Conflict, "lost a race"))?;
            }
            done().await
        }
    });
    let hive = hive(queue.clone()).settings(settings()).register(flaky);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(MINUTE, "done", queue.idle()).await;
    let statistics = running.drain().await.statistics;
    assert_eq!((tries.len(), statistics.processed), (4, 1));
    assert_eq!(statistics.dead_lettered, 0);
}

#[tokio::test(start_paused = true)]
async fn the_lease_is_kept_across_immediate_retries() {
    let queue = MemoryQueue::default();
    let attempts = Diary::default();
    let noted = attempts.clone();
    let slow = actor("Start-Slow", move |event| {
        noted.note(event.delivery().unwrap().attempt());
        async {
            sleep(25 * SECOND).await;
            failing().await
        }
    });
    let policy = RetryPolicy::never().with_immediate(3);
    let hive = hive(queue.clone())
        .settings(settings().with_retry(policy))
        .register(slow);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "given up", queue.idle()).await;
    assert_eq!(attempts.all(), [1, 2, 3, 4]);
    let statistics = running.drain().await.statistics;
    assert_eq!((statistics.redelivered, statistics.leases_lost), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn attempts_are_not_burnt_when_the_event_cannot_be_held_for_another() {
    let queue = MemoryQueue::default();
    let lengths = Diary::default();
    let noted = lengths.clone();
    let endless = actor("Start-Endless", move |_| {
        let noted = noted.clone();
        async move {
            let _length = Length(Instant::now(), noted);
            std::future::pending().await
        }
    });
    let settings = settings()
        .with_timeout(20 * SECOND)
        .with_hold_max(30 * SECOND)
        .with_retry(RetryPolicy::never().with_immediate(4));
    let hive = hive(queue.clone()).settings(settings).register(endless);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    within(HOUR, "given up", queue.idle()).await;
    let lengths = lengths.all();
    assert_eq!(lengths.len(), 5);
    assert!(
        lengths.iter().all(|length| *length >= 19 * SECOND),
        "{lengths:?}"
    );
}

/// Notes how long a future lived.
struct Length(Instant, Diary<Duration>);

impl Drop for Length {
    fn drop(&mut self) {
        self.1.note(self.0.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_what_the_queue_can_do_is_shortened() {
    let mut queue = Scripted::new();
    queue.capabilities.delay_max = Some(MINUTE);
    let times = Diary::default();
    let noted = times.clone();
    let closed = actor("Start-Closed", move |_| {
        noted.note(Instant::now());
        let again = noted.len() < 2;
        async move {
            if again {
                return Err(ActorError::retry_after("the bank is closed", HOUR));
            }
            done().await
        }
    });
    let hive = hive(queue.clone()).settings(settings()).register(closed);
    let running = hive.build().unwrap().start().await.unwrap();
    running
        .publisher()
        .publish(event("Start", ""))
        .await
        .unwrap();
    until("tried again", || times.len() == 2).await;
    let gap = times.all()[1] - times.all()[0];
    assert!(gap >= MINUTE && gap < MINUTE + SECOND, "{gap:?}");
}
