//! Settles a lease by publishing something first.

use std::sync::Arc;

use beehive_core::Result;
use tokio::time::{Instant, timeout_at};

use super::outstanding::Tag;
use super::session::Session;
use super::term::later;
use crate::error::unanswered;

/// A lease that is being settled by publishing something. It does not expire meanwhile, and is as
/// it was before if nothing comes of it.
#[derive(Debug)]
pub(super) struct Settling<'a> {
    session: &'a Arc<Session>,
    operation: &'static str,
    tag: Tag,
    /// When it is given up.
    until: Instant,
    is_over: bool,
}

impl<'a> Settling<'a> {
    /// # Errors
    /// `LeaseLost` if it is.
    pub(super) fn begin(
        session: &'a Arc<Session>,
        operation: &'static str,
        tag: Tag,
    ) -> Result<Self> {
        let config = &session.shared.parts.config;
        // To publish, to declare what is missing, and to publish again.
        let patience = config.confirm_timeout * 2 + config.operation_timeout;
        let until = later(Instant::now(), patience);
        let held_until = session.begin(operation, tag, until)?;
        Ok(Self {
            session,
            operation,
            tag,
            until: until.min(held_until),
            is_over: false,
        })
    }

    /// Settles it once this is published.
    ///
    /// # Errors
    /// Those of publishing; the lease is as it was before. `LeaseLost` if it was lost meanwhile.
    pub(super) async fn after(
        mut self,
        publishing: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        match timeout_at(self.until, publishing).await {
            Ok(published) => published?,
            Err(_) => return Err(unanswered(self.operation)),
        }
        self.is_over = true;
        self.session.commit(self.operation, self.tag)
    }
}

impl Drop for Settling<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.session.resume(self.tag);
        }
    }
}
