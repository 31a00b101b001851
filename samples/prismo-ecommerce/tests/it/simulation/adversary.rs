//! Who decides what happens next.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use beehive_core::{
    actor::{ActorError, FailureClass},
    prelude::Event,
};
use fastrand::Rng;

use super::cast::Role;

/// How many steps there may be trouble; then everything is left to finish.
const TROUBLE_STEPS: usize = 1_500;

/// Beyond this, nothing will ever settle.
const STEPS_MAX: usize = 200_000;

/// What the adversary did, and so what the actors withstood.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chaos {
    /// Runs that were dropped.
    pub(crate) crashes: usize,
    /// Runs that went on after their lease was given to another.
    pub(crate) zombies: usize,
    /// Events delivered twice without need.
    pub(crate) duplicates: usize,
    /// Follow-ups of which only the first were published.
    pub(crate) torn_publishes: usize,
}

/// An event in one subscription.
struct Delivery {
    id: usize,
    role: usize,
    event: Event,
    /// Which run holds it.
    holder: Option<usize>,
}

type Answer = Result<Vec<Event>, ActorError>;

/// An actor at work.
struct Run {
    id: usize,
    delivery: usize,
    role: usize,
    about: String,
    work: Pin<Box<dyn Future<Output = Answer> + Send>>,
}

pub(crate) struct Adversary {
    random: Rng,
    roles: Vec<Role>,
    deliveries: Vec<Delivery>,
    runs: Vec<Run>,
    next_id: usize,
    steps: usize,
    chaos: Chaos,
    trace: Vec<String>,
    failure: Option<String>,
}

impl Adversary {
    pub(crate) fn new(random: Rng, roles: Vec<Role>) -> Self {
        Self {
            random,
            roles,
            deliveries: Vec::new(),
            runs: Vec::new(),
            next_id: 0,
            steps: 0,
            chaos: Chaos::default(),
            trace: Vec::new(),
            failure: None,
        }
    }

    /// Puts an event into every subscription to its topic.
    pub(crate) fn publish(&mut self, event: &Event) {
        for role in 0..self.roles.len() {
            if self.roles[role].queue.topic() == event.event_type() {
                let id = self.new_id();
                self.deliveries.push(Delivery {
                    id,
                    role,
                    event: event.clone(),
                    holder: None,
                });
            }
        }
    }

    /// Goes on until nothing is left to do.
    pub(crate) async fn play(&mut self) {
        while self.failure.is_none() && !(self.deliveries.is_empty() && self.runs.is_empty()) {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                self.failure = Some("it goes on for ever".to_owned());
            }
            match self.random.usize(0..100) {
                0..=19 => self.deliver(),
                20..=22 if self.is_troubled() => self.crash(),
                23..=24 if self.is_troubled() => self.take_away(),
                25 if self.is_troubled() => self.duplicate(),
                _ => self.advance(),
            }
            if self.steps.is_multiple_of(8) {
                // Lets those go on who lost a race and wait before they try again.
                tokio::time::advance(Duration::from_millis(20)).await;
            }
        }
    }

    pub(crate) fn into_findings(self) -> (Chaos, Vec<String>, Option<String>) {
        (self.chaos, self.trace, self.failure)
    }

    fn is_troubled(&self) -> bool {
        self.steps < TROUBLE_STEPS
    }

    /// Starts a run for an event that nobody holds.
    fn deliver(&mut self) {
        let ready: Vec<usize> = (0..self.deliveries.len())
            .filter(|&at| self.deliveries[at].holder.is_none())
            .collect();
        let Some(&at) = self.pick(&ready) else {
            return;
        };
        let id = self.new_id();
        let delivery = &mut self.deliveries[at];
        delivery.holder = Some(id);
        let role = &self.roles[delivery.role];
        let (actor, event) = (Arc::clone(&role.actor), delivery.event.clone());
        let subject = event.subject().unwrap_or_default();
        let run = Run {
            id,
            delivery: delivery.id,
            role: delivery.role,
            about: format!("{} {subject}", role.queue),
            work: Box::pin(async move { actor.process(event).await }),
        };
        self.trace.push(format!("{id} starts: {}", run.about));
        self.runs.push(run);
    }

    /// Lets a run do one more step.
    fn advance(&mut self) {
        if self.runs.is_empty() {
            return;
        }
        let at = self.random.usize(0..self.runs.len());
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(answer) = self.runs[at].work.as_mut().poll(&mut context) {
            let run = self.runs.swap_remove(at);
            self.finish(&run, answer);
        }
    }

    fn finish(&mut self, run: &Run, answer: Answer) {
        let follow_ups = match answer {
            Ok(follow_ups) => follow_ups,
            Err(error) if error.class() == FailureClass::Retry => {
                self.trace.push(format!("{} fails: {error}", run.id));
                return self.give_back(run);
            }
            Err(error) => {
                self.failure = Some(format!("{} gives up: {error:?}", run.about));
                return;
            }
        };
        let is_torn = self.is_troubled() && self.random.usize(0..20) == 0;
        let published = if is_torn {
            self.chaos.torn_publishes += 1;
            self.random.usize(0..=follow_ups.len())
        } else {
            follow_ups.len()
        };
        let types: Vec<_> = follow_ups.iter().map(Event::event_type).collect();
        let (id, role) = (run.id, &self.roles[run.role].queue);
        self.trace
            .push(format!("{id} ({role}) publishes {published} of {types:?}"));
        for event in &follow_ups[..published] {
            self.publish(event);
        }
        if is_torn {
            self.give_back(run);
        } else {
            // A zombie's commit is refused.
            self.deliveries
                .retain(|delivery| delivery.id != run.delivery || delivery.holder != Some(id));
        }
    }

    /// Ends a run in the middle.
    fn crash(&mut self) {
        if self.runs.is_empty() {
            return;
        }
        let at = self.random.usize(0..self.runs.len());
        let run = self.runs.swap_remove(at);
        self.chaos.crashes += 1;
        self.trace.push(format!("{} crashes", run.id));
        self.give_back(&run);
    }

    /// Makes what a run holds available to others, unless others have it already.
    fn give_back(&mut self, run: &Run) {
        let held = |delivery: &&mut Delivery| delivery.holder == Some(run.id);
        if let Some(delivery) = self.deliveries.iter_mut().find(held) {
            delivery.holder = None;
        }
    }

    /// Lets a lease expire while its run goes on.
    fn take_away(&mut self) {
        let held: Vec<usize> = (0..self.deliveries.len())
            .filter(|&at| self.deliveries[at].holder.is_some())
            .collect();
        if let Some(&at) = self.pick(&held) {
            let holder = self.deliveries[at].holder.take();
            self.chaos.zombies += 1;
            self.trace.push(format!("{holder:?} becomes a zombie"));
        }
    }

    /// Delivers an event once more.
    fn duplicate(&mut self) {
        let all: Vec<usize> = (0..self.deliveries.len()).collect();
        if let Some(&at) = self.pick(&all) {
            let id = self.new_id();
            let Delivery {
                role, ref event, ..
            } = self.deliveries[at];
            let event = event.clone();
            self.chaos.duplicates += 1;
            self.deliveries.push(Delivery {
                id,
                role,
                event,
                holder: None,
            });
        }
    }

    fn pick<'a>(&mut self, choices: &'a [usize]) -> Option<&'a usize> {
        (!choices.is_empty()).then(|| &choices[self.random.usize(0..choices.len())])
    }

    fn new_id(&mut self) -> usize {
        self.next_id += 1;
        self.next_id
    }
}
