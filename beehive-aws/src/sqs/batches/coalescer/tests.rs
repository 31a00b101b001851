//! Callers who share batches, and those who go away.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use beehive_core::{ErrorKind, Result};
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::super::callers::Callers;
use super::{Batch, Coalescer};

/// Batches that are kept, and answered when the test lets them.
#[derive(Clone, Debug)]
struct Kept {
    batches: Arc<Mutex<Vec<Vec<u32>>>>,
    gate: Arc<Semaphore>,
}

impl Kept {
    fn new() -> Self {
        Self {
            batches: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
        }
    }

    fn batches(&self) -> Vec<Vec<u32>> {
        self.batches.lock().unwrap().clone()
    }
}

impl Batch for Kept {
    type Entry = u32;

    fn size(&self, _: &u32) -> usize {
        1
    }

    /// An entry 7 is told at once. An entry 13 gets no answer, nor does what comes after it.
    async fn carry_out(&self, entries: &[u32], callers: &Callers) {
        self.batches.lock().unwrap().push(entries.to_vec());
        if let Some(early) = entries.iter().position(|entry| *entry == 7) {
            callers.tell(early, Ok(()));
        }
        self.gate.acquire().await.unwrap().forget();
        let answered = entries.iter().take_while(|entry| **entry != 13);
        for (number, _) in answered.enumerate() {
            callers.tell(number, Ok(()));
        }
    }
}

async fn settle() {
    for _ in 0..20 {
        yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lone_entry_goes_at_once_and_what_comes_meanwhile_goes_together() {
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 4));
    let spawn = |entry| {
        let coalescer = Arc::clone(&coalescer);
        tokio::spawn(async move { coalescer.one(entry).await })
    };
    let mut callers = vec![spawn(1)];
    settle().await;
    assert_eq!(kept.batches(), [vec![1]]);
    callers.extend([spawn(2), spawn(3), spawn(4)]);
    settle().await;
    assert_eq!(kept.batches().len(), 1);
    kept.gate.add_permits(2);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(kept.batches(), [vec![1], vec![2, 3, 4]]);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_a_request_that_hangs() {
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 3));
    let start = Instant::now();
    let spawn = |entry| {
        let coalescer = Arc::clone(&coalescer);
        tokio::spawn(async move { coalescer.one(entry).await })
    };
    let mut callers = Vec::new();
    for entry in [1, 2, 3, 4] {
        callers.push(spawn(entry));
        sleep(Duration::from_secs(2)).await;
    }
    // The fourth would be one more than there may be.
    assert_eq!(kept.batches(), [vec![1], vec![2], vec![3]]);
    kept.gate.add_permits(4);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(kept.batches().len(), 4);
    assert!(start.elapsed() < Duration::from_secs(10));
    let shown = format!("{coalescer:?}");
    assert!(shown.contains("waiting: 0, under_way: 0"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn where_order_is_kept_one_waits_for_another_however_long_it_takes() {
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 1));
    let mut callers = Vec::new();
    for entry in [1, 2] {
        let coalescer = Arc::clone(&coalescer);
        callers.push(tokio::spawn(async move { coalescer.one(entry).await }));
        sleep(Duration::from_mins(1)).await;
    }
    assert_eq!(kept.batches(), [vec![1]]);
    kept.gate.add_permits(2);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(kept.batches(), [vec![1], vec![2]]);
}

#[tokio::test(start_paused = true)]
async fn who_is_done_waits_for_no_other_of_the_batch() {
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 1));
    let other = {
        let coalescer = Arc::clone(&coalescer);
        tokio::spawn(async move { coalescer.one(1).await })
    };
    coalescer.one(7).await.unwrap();
    assert_eq!(kept.batches(), [vec![7, 1]]);
    assert!(!other.is_finished());
    kept.gate.add_permits(1);
    other.await.unwrap().unwrap();
}

#[test]
fn a_runtime_that_ends_takes_along_what_waits() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_time().build().unwrap();
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 1));
    runtime.block_on(async {
        for entry in [1, 2] {
            let coalescer = Arc::clone(&coalescer);
            tokio::spawn(async move { coalescer.one(entry).await });
            settle().await;
        }
    });
    drop(runtime);
    assert_eq!(kept.batches(), [vec![1]]);
    let shown = format!("{coalescer:?}");
    assert!(shown.contains("waiting: 0, under_way: 0"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn full_batches_go_side_by_side() {
    let kept = Kept::new();
    kept.gate.add_permits(100);
    let coalescer = Coalescer::new(kept.clone(), 2);
    let done = coalescer.all(100..135).await;
    assert!(done.iter().all(Result::is_ok));
    let sizes: Vec<_> = kept.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 10, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_takes_nobody_along() {
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 1));
    let spawn = |entry| {
        let coalescer = Arc::clone(&coalescer);
        tokio::spawn(async move { coalescer.one(entry).await })
    };
    let first = spawn(1);
    settle().await;
    let (gone, stays) = (spawn(2), spawn(3));
    settle().await;
    first.abort();
    gone.abort();
    kept.gate.add_permits(2);
    stays.await.unwrap().unwrap();
    assert_eq!(kept.batches(), [vec![1], vec![2, 3]]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_without_an_answer_is_not_taken_for_done() {
    let kept = Kept::new();
    kept.gate.add_permits(10);
    let done = Coalescer::new(kept, 1).all([1, 13, 2]).await;
    let kinds: Vec<_> = done
        .into_iter()
        .map(|done| done.map_err(|error| error.kind()))
        .collect();
    let unknown = Err(ErrorKind::Temporary);
    assert_eq!(kinds, [Ok(()), unknown, unknown]);
}
