//! One connection that is rebuilt for as long as it is wanted.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use beehive_core::queue::Health;
use beehive_core::{Error, Result};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::Live;
use super::live::CLOSE_TIMEOUT;
use super::seats::{Seat, Seats};
use super::state::{Down, State, closed};
use super::supervisor::Supervisor;
use crate::config::RabbitConfig;

/// Channels on one connection: more of them share one socket and one thread of the driver.
const SEATS_MAX: usize = 1_000;

/// One connection that is rebuilt, with jittered backoff, for as long as it is wanted.
///
/// Dropping the last handle on it closes the connection in the background.
pub(crate) struct Link {
    shared: Arc<Shared>,
    /// The right to use one channel, on connections that many share.
    _seat: Option<Seat>,
}

struct Shared {
    role: &'static str,
    /// Where it may go, for people.
    servers: String,
    server_count: usize,
    state: watch::Receiver<State>,
    seats: Seats,
    /// How many seats there are, as far as the broker has said.
    room: AtomicUsize,
    stop: DropGuard,
    tasks: TaskTracker,
}

impl Link {
    /// Starts the supervisor, which ends when `stop` fires or the last handle is dropped. `role`
    /// becomes part of the connection's name ("publish", "consume").
    pub(crate) fn open(
        config: &Arc<RabbitConfig>,
        role: &'static str,
        stop: &CancellationToken,
    ) -> Self {
        let (sender, state) = watch::channel(State::Down(Down::now(None)));
        let stop = stop.child_token();
        let tasks = TaskTracker::new();
        let supervisor = Supervisor::new(Arc::clone(config), role, sender, stop.clone());
        tasks.spawn(supervisor.run(tasks.clone()));
        let servers: Vec<_> = config.servers.iter().map(ToString::to_string).collect();
        Self {
            shared: Arc::new(Shared {
                role,
                servers: servers.join(", "),
                server_count: servers.len(),
                state,
                seats: Seats::default(),
                room: AtomicUsize::new(SEATS_MAX),
                stop: stop.drop_guard(),
                tasks,
            }),
            _seat: None,
        }
    }

    /// Another handle on the same connection.
    pub(super) fn handle(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            _seat: None,
        }
    }

    /// Another handle on the same connection, with the right to one channel on it, if there is room.
    pub(super) fn share(&self) -> Option<Self> {
        let seat = self.shared.seats.take(self.room())?;
        Some(Self {
            shared: Arc::clone(&self.shared),
            _seat: Some(seat),
        })
    }

    /// How many may use it: a quarter of what the broker allows is left for channels that are about
    /// to be closed and for short looks. While there is no connection, it is what it was.
    fn room(&self) -> usize {
        if let State::Up(live) = &*self.shared.state.borrow() {
            let allowed = usize::from(live.connection().configuration().channel_max());
            let room = (allowed - allowed / 4).clamp(1, SEATS_MAX);
            self.shared.room.store(room, Ordering::Relaxed);
        }
        self.shared.room.load(Ordering::Relaxed)
    }

    /// How large a frame may be, as both sides agreed; `None` while there is no connection.
    pub(crate) fn frame_max(&self) -> Option<u32> {
        match &*self.shared.state.borrow() {
            State::Up(live) => Some(live.connection().configuration().frame_max()),
            State::Down(_) | State::Closed => None,
        }
    }

    /// The connection, as soon as there is one.
    ///
    /// # Errors
    /// If there is none within `patience`: why the last try failed, and always temporary, even when
    /// it is `Denied` or `Configuration`, since the supervisor goes on trying and somebody may be
    /// changing the password just now. Permanent only after the end.
    ///
    /// # Cancel safety
    /// Safe.
    pub(crate) async fn live(&self, patience: Duration) -> Result<Arc<Live>> {
        let settled = self.settled(patience, |_| false).await;
        self.found(settled, Error::temporary)
    }

    /// As [`live`](Self::live), but fails as soon as every server was tried once in vain, or one
    /// refused for a reason that does not go away by itself.
    pub(super) async fn first_live(&self, patience: Duration) -> Result<Arc<Live>> {
        let settled = self.settled(patience, |down| {
            let permanent = down
                .cause
                .as_ref()
                .is_some_and(|cause| cause.is_permanent());
            permanent || down.tries >= self.shared.server_count
        });
        self.found(settled.await, |error| error)
    }

    /// The state when there is a connection or none will come, or else at the end of patience.
    async fn settled(
        &self,
        patience: Duration,
        is_in_vain: impl Fn(&Down) -> bool + Send + Sync,
    ) -> State {
        let mut state = self.shared.state.clone();
        let settled = state.wait_for(|state| match state {
            State::Up(_) | State::Closed => true,
            State::Down(down) => is_in_vain(down),
        });
        match timeout(patience, settled).await {
            Ok(Ok(state)) => state.clone(),
            // The supervisor ends only with the runtime.
            Ok(Err(_)) => State::Closed,
            Err(_) => self.shared.state.borrow().clone(),
        }
    }

    fn found(&self, state: State, of_failure: impl Fn(Error) -> Error) -> Result<Arc<Live>> {
        match state {
            State::Up(live) => Ok(live),
            State::Down(down) => Err(of_failure(
                down.error().with_context("connection", self.shared.role),
            )),
            State::Closed => Err(closed()),
        }
    }

    /// Up, or why not; `Degraded` while the broker blocks it (memory or disk alarm).
    pub(crate) fn health(&self) -> Health {
        let (role, servers) = (self.shared.role, &self.shared.servers);
        match &*self.shared.state.borrow() {
            State::Up(live) => match live.blocked_because() {
                None => Health::Up,
                Some(because) => Health::Degraded(format!(
                    "the broker blocks the {role} connection: {because}; it is short of memory or \
                     disk, and takes events again when it is not"
                )),
            },
            State::Down(down) => {
                let seconds = down.since.elapsed().as_secs();
                let cause = match &down.cause {
                    Some(cause) => cause.to_string(),
                    None => "being made".into(),
                };
                Health::Down(format!(
                    "no {role} connection to {servers} for {seconds} s: {cause}"
                ))
            }
            State::Closed => Health::Down("the queue was closed".into()),
        }
    }

    /// Closes the connection and ends the supervisor.
    ///
    /// # Cancel safety
    /// It closes in the background then.
    pub(crate) async fn close(&self) {
        self.shared.stop.token().cancel();
        self.shared.tasks.close();
        // Longer than each task takes at most; what is left then ends by itself.
        timeout(2 * CLOSE_TIMEOUT, self.shared.tasks.wait())
            .await
            .ok();
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("role", &self.shared.role)
            .field("health", &self.health())
            .finish_non_exhaustive()
    }
}
