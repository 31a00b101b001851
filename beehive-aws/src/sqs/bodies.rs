//! Bodies that do not fit into a message.

use beehive_core::event::Event;
use beehive_core::{Error, ErrorKind, Result};
use jiff::Timestamp;

use super::codec::{Deposit, Incoming, Message, encode, encode_claim, is_too_large_inline};
use super::options::SqsOptions;
#[cfg(feature = "s3")]
use crate::s3::{Claim, ClaimCheck};

/// Leaves bodies that do not fit into a message elsewhere, where there is an elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Bodies {
    #[cfg(feature = "s3")]
    claims: Option<ClaimCheck>,
    #[cfg(feature = "s3")]
    body_max: usize,
}

impl Bodies {
    pub(super) fn new(options: &SqsOptions) -> Self {
        #[cfg(not(feature = "s3"))]
        let _ = options;
        Self {
            #[cfg(feature = "s3")]
            claims: options.claims().cloned(),
            #[cfg(feature = "s3")]
            body_max: options.body_max(),
        }
    }

    /// The message for an event. Its data is elsewhere before anyone can hear of it.
    ///
    /// # Errors
    /// `Limit` if it is too large, and those of the store.
    pub(super) async fn pack(&self, event: &Event, now: Timestamp) -> Result<Message> {
        if is_too_large_inline(event)
            && let Some(deposit) = self.deposit(event).await?
        {
            return encode_claim(event, &deposit, now);
        }
        encode(event, now)
    }

    /// Fetches the data of an event that is elsewhere.
    ///
    /// # Errors
    /// Those that may pass; what will not is a defect of what came.
    pub(super) async fn unpack(&self, incoming: Incoming) -> Result<Incoming> {
        let Some(deposit) = incoming.deposit.clone() else {
            return Ok(incoming);
        };
        match self.fetch(&deposit).await {
            Ok(data) => Ok(incoming.with_data(data)),
            Err(error) if error.is_temporary() => Err(error),
            Err(error) => Ok(incoming.with_defect(
                Error::new(
                    ErrorKind::Undecodable,
                    "the body that was left on S3 cannot be had",
                )
                .with_operation("read message")
                .with_source(error),
            )),
        }
    }

    #[cfg(feature = "s3")]
    async fn deposit(&self, event: &Event) -> Result<Option<Deposit>> {
        let Some(claims) = &self.claims else {
            return Ok(None);
        };
        let size = event.data().len();
        let Claim { url, sha256 } = claims.deposit(event.data().clone()).await?;
        Ok(Some(Deposit { url, sha256, size }))
    }

    #[cfg(not(feature = "s3"))]
    async fn deposit(&self, _event: &Event) -> Result<Option<Deposit>> {
        Ok(None)
    }

    #[cfg(feature = "s3")]
    async fn fetch(&self, deposit: &Deposit) -> Result<bytes::Bytes> {
        let claims = self.claims.as_ref().ok_or_else(no_claims)?;
        let claim = Claim {
            url: deposit.url.clone(),
            sha256: deposit.sha256.clone(),
        };
        claims.redeem(&claim, self.body_max).await
    }

    #[cfg(not(feature = "s3"))]
    async fn fetch(&self, _deposit: &Deposit) -> Result<bytes::Bytes> {
        Err(no_claims())
    }
}

fn no_claims() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "the event's body is on S3, and this queue has no claim check; see SqsOptions::with_claim_check",
    )
}
