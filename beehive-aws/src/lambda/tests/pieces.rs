//! The pieces that a function is made of, each alone: what one of them lets through, another would
//! catch.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::queue::{DeadLetterRecord, FailureHistory, Settle};
use beehive_core::{Error, ErrorKind, Result};
use futures_util::FutureExt as _;
use tokio::time::Instant;

use super::super::feed::{Feed, Open};
use super::super::invocation::Slip;
use super::super::lease::LambdaLease;
use super::{ARN, SECOND, batch, record};
use crate::sqs::Place;

/// Counts what it is asked, and does it unless it cannot.
#[derive(Debug, Default)]
struct Backend {
    asked: Arc<AtomicUsize>,
    is_broken: bool,
}

impl Backend {
    fn settle(&self) -> Result<()> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_broken {
            return Err(Error::new(ErrorKind::Temporary, "broken by a test"));
        }
        Ok(())
    }
}

#[async_trait]
impl Settle for Backend {
    async fn extend(&self, _: Duration) -> Result<Instant> {
        self.settle().map(|()| Instant::now())
    }
    async fn lost(&self) {
        std::future::pending::<()>().await;
    }
    async fn commit(&self) -> Result<()> {
        self.settle()
    }
    async fn abandon(&self) -> Result<()> {
        self.settle()
    }
    async fn defer(&self, _: Duration, _: FailureHistory) -> Result<()> {
        self.settle()
    }
    async fn dead_letter(&self, _: &DeadLetterRecord) -> Result<()> {
        self.settle()
    }
}

/// An invocation with two messages of one group, of a queue of this name.
fn open(arn: &str) -> (Arc<Feed>, Open) {
    let feed = Arc::new(Feed::new());
    let records = ["a", "b"].map(|id| record(arn, id, "g", "done"));
    let records = batch(records).into_records();
    let open = feed.open(records, Instant::now() + 30 * SECOND);
    (feed, open)
}

fn lease(slip: Slip, backend: Backend) -> LambdaLease {
    LambdaLease {
        backend: Box::new(backend),
        slip: slip.given_out(),
        _place: Place::of_nothing(),
    }
}

fn failures(open: &Open) -> Vec<String> {
    open.close();
    let response = open.invocation.response();
    response.failures().map(str::to_owned).collect()
}

#[tokio::test(start_paused = true)]
async fn what_has_not_the_time_of_a_lease_is_not_begun() {
    let (feed, _open) = open(ARN);
    let now = Instant::now();
    assert_eq!(feed.begin(9, 31 * SECOND, now).len(), 0);
    assert_eq!(feed.begin(9, 30 * SECOND, now + SECOND).len(), 0);
    assert_eq!(feed.begin(0, SECOND, now).len(), 0);
    let begun = feed.begin(9, 30 * SECOND, now);
    assert_eq!(begun.len(), 2);
    assert_eq!(feed.begin(9, SECOND, now).len(), 0);
    // Nobody got them.
    drop(begun);
    assert_eq!(feed.begin(1, SECOND, now).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_hears_of_an_invocation_and_of_the_next_of_a_group() {
    let feed = Arc::new(Feed::new());
    let mut changed = Box::pin(feed.changed());
    assert!(changed.as_mut().now_or_never().is_none());
    let records = ["a", "b"].map(|id| record(&format!("{ARN}.fifo"), id, "g", "done"));
    let open = feed.open(batch(records).into_records(), Instant::now() + 30 * SECOND);
    assert!(changed.now_or_never().is_some());
    let mut begun = feed.begin(9, SECOND, Instant::now());
    assert_eq!(begun.len(), 1);
    let changed = feed.changed();
    let first = begun.remove(0).given_out();
    assert!(first.done());
    assert!(changed.now_or_never().is_some());
    assert_eq!(feed.begin(9, SECOND, Instant::now()).len(), 1);
    assert_eq!(failures(&open), ["b"]);
}

#[tokio::test(start_paused = true)]
async fn after_the_answer_nothing_is_settled() {
    let (feed, open) = open(ARN);
    let asked = Arc::new(AtomicUsize::new(0));
    let backend = Backend {
        asked: Arc::clone(&asked),
        is_broken: false,
    };
    let slip = feed.begin(1, SECOND, Instant::now()).remove(0);
    let lease = lease(slip, backend);
    assert!(lease.lost().now_or_never().is_none());
    let extended = lease.extend(SECOND).await;
    assert_eq!(extended.unwrap_err().kind(), ErrorKind::Unsupported);
    open.close();
    assert!(lease.lost().now_or_never().is_some());
    let history = FailureHistory::default();
    for settled in [
        lease.commit().await,
        lease.abandon().await,
        lease.defer(SECOND, history).await,
    ] {
        assert_eq!(settled.unwrap_err().kind(), ErrorKind::LeaseLost);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert_eq!(failures(&open), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_settled_decides_the_answer() {
    #[derive(Clone, Copy, Debug)]
    enum How {
        Commit,
        Abandon,
        Defer,
        Drop,
    }
    let in_order = format!("{ARN}.fifo");
    for (arn, how, is_broken, failed) in [
        (ARN, How::Commit, true, false),
        (ARN, How::Abandon, false, true),
        (ARN, How::Defer, false, false),
        (ARN, How::Defer, true, true),
        (ARN, How::Drop, false, true),
        (&*in_order, How::Commit, true, false),
        (&*in_order, How::Defer, false, true),
        (&*in_order, How::Abandon, false, true),
    ] {
        let (feed, open) = open(arn);
        let slip = feed.begin(1, SECOND, Instant::now()).remove(0);
        let backend = Backend {
            is_broken,
            ..Backend::default()
        };
        let lease = lease(slip, backend);
        let settled = match how {
            How::Commit => lease.commit().await,
            How::Abandon => lease.abandon().await,
            How::Defer => lease.defer(SECOND, FailureHistory::default()).await,
            How::Drop => Ok(()),
        };
        // A commit asks the backend nothing, so it cannot break.
        assert_eq!(settled.is_err(), is_broken && matches!(how, How::Defer));
        drop(lease);
        let expected: &[&str] = if failed { &["a", "b"] } else { &["b"] };
        assert_eq!(failures(&open), expected, "{arn} {how:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_invocation_that_is_dropped_is_forgotten() {
    let (feed, open) = open(ARN);
    drop(open);
    assert_eq!(feed.begin(9, SECOND, Instant::now()).len(), 0);
    assert!(format!("{feed:?}").contains("open: []"));
}
