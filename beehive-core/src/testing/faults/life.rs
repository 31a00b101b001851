//! Whether the process that is played is alive.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

/// The life of one played process: all its wrappers share it.
#[derive(Debug, Default)]
pub(super) struct Life {
    death: CancellationToken,
    calm: AtomicBool,
}

impl Life {
    /// Returns at once for the living, and never for the dead.
    pub(super) async fn go_on(&self) {
        if self.death.is_cancelled() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn end(&self) {
        self.death.cancel();
    }

    pub(super) async fn ended(&self) {
        self.death.cancelled().await;
    }

    pub(super) fn is_ended(&self) -> bool {
        self.death.is_cancelled()
    }

    pub(super) fn calm_down(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }
}
