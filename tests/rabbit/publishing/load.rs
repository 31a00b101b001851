//! Callers that publish for as long as the test lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use beehive_core::queue::EventQueue;
use beehive_rabbit::RabbitQueue;
use beehive_tests::trials::eventually;
use libtest_mimic::Failed;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::stage::event;

/// Callers that publish one event after another until they are stopped.
pub(super) struct Load {
    callers: JoinSet<Result<Told, Failed>>,
    confirmed: Arc<AtomicUsize>,
    stop: watch::Sender<bool>,
}

/// What the callers were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The ids of events that were confirmed.
    pub(super) confirmed: Vec<String>,
    /// How many were not.
    pub(super) failed: usize,
}

impl Load {
    /// Starts so many callers, each of which fails when one call takes longer than `deadline`.
    pub(super) fn start(queue: &Arc<RabbitQueue>, callers: usize, deadline: Duration) -> Self {
        let confirmed = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = watch::channel(false);
        let mut all = JoinSet::new();
        for _ in 0..callers {
            let (queue, counter) = (Arc::clone(queue), Arc::clone(&confirmed));
            let stopped = stopped.clone();
            all.spawn(async move {
                let mut told = Told::default();
                while !*stopped.borrow() {
                    let event = event("Flower");
                    let publishing = queue.publish(std::slice::from_ref(&event));
                    match timeout(deadline, publishing).await {
                        Ok(Ok(_)) => {
                            told.confirmed.push(event.id().to_string());
                            counter.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok(Err(error)) if error.is_temporary() => told.failed += 1,
                        Ok(Err(error)) => return Err(error.into()),
                        Err(_) => return Err("publishing hangs".into()),
                    }
                }
                Ok(told)
            });
        }
        Self {
            callers: all,
            confirmed,
            stop,
        }
    }

    /// Waits until so many more events are confirmed.
    pub(super) async fn more(&self, count: usize) -> Result<(), Failed> {
        let enough = self.confirmed.load(Ordering::Relaxed) + count;
        let what = format!("confirming {count} more");
        eventually(&what, Duration::from_mins(1), || async {
            let confirmed = self.confirmed.load(Ordering::Relaxed);
            Ok::<_, Failed>((confirmed >= enough).then_some(()))
        })
        .await
    }

    /// Lets every caller end, and gathers what they were told.
    pub(super) async fn stop(mut self) -> Result<Told, Failed> {
        self.stop.send_replace(true);
        let mut all = Told::default();
        while let Some(caller) = self.callers.join_next().await {
            let told = caller??;
            all.confirmed.extend(told.confirmed);
            all.failed += told.failed;
        }
        Ok(all)
    }
}
