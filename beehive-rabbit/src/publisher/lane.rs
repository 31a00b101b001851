//! One channel, and the task that publishes on it.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};
use lapin::options::BasicPublishOptions;
use tokio::time::{Instant, sleep, timeout};

use super::intake::Intake;
use super::judgement::Answer;
use super::lane_channel::LaneChannel;
use super::meters::Meters;
use super::transmission::Transmission;
use super::verdicts::verdicts;
use super::window::draw;
use super::{Bounds, Job, Message, Reached, Verdict};
use crate::connection::{Link, Live};

/// One channel, and the task that publishes on it, a window at a time.
#[derive(Debug)]
pub(super) struct Lane {
    link: Arc<Link>,
    intake: Arc<Intake>,
    meters: Arc<Meters>,
    bounds: Bounds,
    options: BasicPublishOptions,
    channel: Option<LaneChannel>,
    reached: Arc<Reached>,
    /// What this lane has taken and not answered.
    jobs: VecDeque<Job>,
}

impl Lane {
    pub(super) fn new(
        link: Arc<Link>,
        intake: Arc<Intake>,
        meters: Arc<Meters>,
        reached: Arc<Reached>,
        bounds: Bounds,
        options: BasicPublishOptions,
    ) -> Self {
        Self {
            link,
            intake,
            meters,
            bounds,
            options,
            channel: None,
            reached,
            jobs: VecDeque::new(),
        }
    }

    /// Publishes whatever comes in, for ever.
    pub(super) async fn run(mut self) {
        loop {
            if self.jobs.is_empty() {
                self.intake.filled().await;
                // Whoever else is about to publish goes first, and into the same window.
                tokio::task::yield_now().await;
            }
            match self.ready().await {
                Ok(channel) => self.publish_window(channel).await,
                Err(error) => self.give_up(error).await,
            }
        }
    }

    /// A channel that can be published on now: there is a connection, and the broker does not
    /// block it.
    async fn ready(&mut self) -> Result<LaneChannel> {
        if let Some(channel) = self.channel.take_if(|channel| channel.is_ready()) {
            return Ok(channel);
        }
        // This may take a while; a lane that has a channel can go on.
        self.intake.pass_on();
        loop {
            if let Some(channel) = self.channel.take_if(|channel| channel.is_usable()) {
                if channel.is_ready() {
                    return Ok(channel);
                }
                self.wait_while_blocked(channel.live()).await;
                self.channel = Some(channel);
                continue;
            }
            let live = self.link.live(self.patience()).await?;
            self.wait_while_blocked(&live).await;
            match LaneChannel::open(&live, self.bounds.operation).await {
                Ok(channel) => self.channel = Some(channel),
                // Nothing is answered on a blocked connection.
                Err(_) if live.is_blocked() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What is left of the time that the oldest job waits for a connection.
    fn patience(&self) -> Duration {
        let counts_from = self.intake.counts_from();
        let first = self.jobs.front().map(|job| job.since.max(counts_from));
        let waited = first.or(self.intake.waits_since()).map(|it| it.elapsed());
        self.bounds
            .patience
            .saturating_sub(waited.unwrap_or_default())
    }

    async fn wait_while_blocked(&self, live: &Live) {
        if !live.is_blocked() {
            return;
        }
        tokio::select! {
            () = live.unblocked() => {}
            () = live.lost().cancelled() => {}
        }
        self.intake.count_from(Instant::now());
    }

    /// There is no channel: whoever has waited for it long enough is told.
    async fn give_up(&mut self, error: Error) {
        /// Before trying again for those who have not.
        const PAUSE: Duration = Duration::from_millis(50);
        let counts_from = self.intake.counts_from();
        let is_over = |job: &Job| {
            let waited = job.since.max(counts_from).elapsed();
            job.is_unwanted() || !error.is_temporary() || waited >= self.bounds.patience
        };
        let (mut over, jobs): (VecDeque<_>, _) = self.jobs.drain(..).partition(is_over);
        over.extend(std::iter::from_fn(|| self.intake.next_if(is_over)));
        self.jobs = jobs;
        let error = Arc::new(error);
        for job in over {
            job.answer(|| Verdict::Failed(unsent(&error)));
        }
        sleep(PAUSE).await;
    }

    async fn publish_window(&mut self, channel: LaneChannel) {
        self.fill();
        self.drop_stale();
        let drawn = draw(&mut self.jobs, &self.reached, self.bounds.window);
        if drawn.messages.is_empty() {
            self.channel = Some(channel);
            return;
        }
        let verdicts = self.send(channel, drawn.messages).await;
        self.meters.judged(&verdicts);
        let mut verdicts = verdicts.into_iter();
        for (job, share) in self.jobs.iter_mut().zip(drawn.shares) {
            job.judged(verdicts.by_ref().take(share));
        }
        while let Some(job) = self.jobs.pop_front_if(|job| job.left.is_empty()) {
            job.answer(|| Verdict::Confirmed);
        }
    }

    /// Takes as many jobs as fit into a window.
    fn fill(&mut self) {
        let mut count: usize = self.jobs.iter().map(|job| job.left.len()).sum();
        while count < self.bounds.window
            && let Some(job) = self.intake.try_next()
        {
            count += job.left.len();
            self.jobs.push_back(job);
        }
        self.intake.pass_on();
    }

    /// Drops jobs that nobody waits for, and gives up those that waited too long.
    fn drop_stale(&mut self) {
        let limit = self.bounds.confirm;
        let counts_from = self.intake.counts_from();
        let is_stale =
            |job: &Job| job.is_unwanted() || job.since.max(counts_from).elapsed() > limit;
        if !self.jobs.iter().any(is_stale) {
            return;
        }
        let (stale, jobs): (VecDeque<_>, _) = self.jobs.drain(..).partition(is_stale);
        self.jobs = jobs;
        for job in stale {
            job.answer(|| Verdict::Failed(overdue()));
        }
    }

    /// Sends a window and waits for what the broker says to it.
    async fn send(&mut self, channel: LaneChannel, messages: Vec<Message>) -> Vec<Verdict> {
        let in_flight = self.meters.sent(messages.len());
        let mut transmission = Transmission::start(channel.channel(), self.options, messages);
        self.answered(channel.live(), &mut transmission).await;
        let outcome = transmission.outcome();
        drop(in_flight);
        let (mut is_complete, mut is_refused) = (true, false);
        for (mark, answer) in &outcome.window {
            match answer {
                Answer::Confirmed => self.reached.add(&mark.exchange),
                Answer::Refused => {
                    is_refused = true;
                    self.reached.add(&mark.exchange);
                }
                Answer::Missing => {
                    is_complete = false;
                    if outcome.broker_ended_channel() {
                        self.reached.remove(&mark.exchange);
                    }
                }
            }
        }
        // What is still to come on this channel would be taken for answers to the next window.
        let is_sound = is_complete && !(is_refused && channel.may_be_misled());
        // Dropping the channel closes it.
        self.channel = is_sound.then_some(channel);
        verdicts(&outcome)
    }

    /// Waits until a window is answered, but not longer than a confirm may take. Time in which the
    /// broker blocks the connection does not count.
    async fn answered(&self, live: &Live, transmission: &mut Transmission<'_>) {
        /// How often one looks whether the connection is blocked.
        const LOOKS: u32 = 15;
        let slice = self.bounds.confirm / LOOKS;
        let mut left = LOOKS;
        let mut finished = pin!(transmission.finished());
        while left > 0 && !live.lost().is_cancelled() {
            if timeout(slice, &mut finished).await.is_ok() {
                return;
            }
            left -= 1;
            if live.is_blocked() {
                tokio::select! {
                    () = &mut finished => return,
                    () = self.wait_while_blocked(live) => left = LOOKS,
                }
            }
        }
    }
}

/// The verdict on a message for which there was no channel.
fn unsent(cause: &Arc<Error>) -> Error {
    let error = Error::new(
        cause.kind(),
        "there is no connection to the broker; nothing was published",
    )
    .with_operation("publish")
    .with_source(Arc::clone(cause));
    if cause.is_temporary() {
        error.temporary()
    } else {
        error
    }
}

/// The verdict on a message that was not sent in time.
fn overdue() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "the broker is too slow; nothing was published within the confirm time-out",
    )
    .with_operation("publish")
}
