//! The task behind a link: connects, watches, and connects again.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::Event;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::Live;
use super::cause::Cause;
use super::dial::dial;
use super::meters::Meters;
use super::pauses::Pauses;
use super::state::{Down, State};
use crate::config::{RabbitConfig, Server};

/// How often the driver is asked whether the connection is still there: not everything that ends one
/// is an event.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// The task behind a link.
pub(super) struct Supervisor {
    config: Arc<RabbitConfig>,
    role: &'static str,
    state: watch::Sender<State>,
    stop: CancellationToken,
    meters: Meters,
}

impl Supervisor {
    pub(super) fn new(
        config: Arc<RabbitConfig>,
        role: &'static str,
        state: watch::Sender<State>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            config,
            role,
            state,
            stop,
            meters: Meters::new(role),
        }
    }

    /// Keeps a connection up until it is stopped. Dead ones are buried by tasks of their own.
    pub(super) async fn run(self, burials: TaskTracker) {
        let stop = self.stop.clone();
        let mut pauses = Pauses::new();
        let mut connected_before = false;
        // For ever: the nodes of the cluster, in turn.
        for server in self.config.servers.iter().cycle() {
            let tried = tokio::select! {
                tried = dial(&self.config, server, self.role) => tried,
                () = stop.cancelled() => break,
            };
            let pause = match tried {
                Ok(dialled) => {
                    let live = Arc::new(Live::new(dialled, self.config.operation_timeout));
                    let since = Instant::now();
                    if connected_before {
                        self.meters.reconnected();
                    }
                    connected_before = true;
                    info!(role = self.role, %server, "connected to the broker");
                    let cause = self.attend(&live).await;
                    let next = match &cause {
                        Some(cause) => {
                            warn!(
                                role = self.role, %server, %cause,
                                "the connection to the broker is lost; it will be made again"
                            );
                            State::Down(Down::now(Some(cause.clone())))
                        }
                        None => State::Closed,
                    };
                    // The state first: who sees the loss must not find the dead one there.
                    self.state.send_replace(next);
                    live.lost().cancel();
                    if cause.is_none() {
                        live.bury().await;
                        break;
                    }
                    burials.spawn(async move { live.bury().await });
                    pauses.after_loss(since.elapsed())
                }
                Err(cause) => {
                    self.note_failure(server, cause);
                    pauses.after_failure()
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = stop.cancelled() => break,
            }
        }
        self.state.send_replace(State::Closed);
    }

    /// Keeps why a try failed, and logs it if it is news.
    fn note_failure(&self, server: &Server, cause: Cause) {
        let down = match &*self.state.borrow() {
            State::Down(down) => down.clone(),
            State::Up(_) | State::Closed => Down::now(None),
        };
        let known = down.cause.as_ref().map(ToString::to_string);
        if down.tries == 0 || known != Some(cause.to_string()) {
            warn!(
                role = self.role, %server, %cause,
                "cannot connect to the broker; it will be tried again until it works"
            );
        }
        self.state.send_replace(State::Down(down.after(cause)));
    }

    /// Publishes a connection and watches over it. Why it was lost; nothing if it is to be closed.
    async fn attend(&self, live: &Arc<Live>) -> Option<Cause> {
        let connection = live.connection();
        // The only one: what one listener takes, another does not get.
        let mut events = pin!(connection.events_listener());
        let mut look = interval(LOOK_INTERVAL);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let _connected = self.meters.connected();
        let mut blocked = None;
        self.state.send_replace(State::Up(Arc::clone(live)));
        loop {
            let because = tokio::select! {
                event = events.next() => match event {
                    Some(Event::ConnectionBlocked(because)) => Some(because),
                    Some(Event::ConnectionUnblocked) => None,
                    // The driver tells here of errors of single channels too.
                    Some(Event::Error(_)) if connection.status().connected() => continue,
                    Some(Event::Error(error)) => return Some(Cause::of(error)),
                    Some(_) => continue,
                    None => return Some(Cause::temporary("the driver gave the connection up")),
                },
                _ = look.tick() => {
                    let status = connection.status();
                    if !status.connected() {
                        return Some(Cause::temporary("the connection ended without a word"));
                    }
                    match (status.blocked(), live.is_blocked()) {
                        (true, false) => Some("it does not say why".into()),
                        (false, true) => None,
                        _ => continue,
                    }
                }
                () = self.stop.cancelled() => return None,
            };
            if !live.note_blocked(because.clone()) {
                continue;
            }
            if let Some(because) = because {
                warn!(
                    role = self.role,
                    because, "the broker blocks the connection"
                );
                blocked.replace(self.meters.blocked());
            } else {
                info!(role = self.role, "the broker takes events again");
                blocked.take();
            }
        }
    }
}
