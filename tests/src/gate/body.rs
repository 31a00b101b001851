//! The body of a request: as it comes, or whole.

use std::error::Error;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::{Body as _, Incoming};

/// The most that is kept of a body: as much as DynamoDB takes, and more than SNS and SQS do. Longer
/// ones are passed on as they come.
const KEPT_MAX: usize = 16 * 1024 * 1024;

/// A body on its way through the gate.
pub(super) type Passing = Either<Incoming, Full<Bytes>>;

/// Why a body did not come.
pub(super) type Trouble = Box<dyn Error + Send + Sync>;

/// The body of a request.
#[derive(Debug)]
pub(super) enum Content {
    /// It is still to come.
    Coming(Incoming),
    /// It is here.
    Whole(Bytes),
}

impl Content {
    /// Whether it is known not to be too long to keep.
    pub(super) fn is_short(&self) -> bool {
        match self {
            Self::Coming(body) => body
                .size_hint()
                .upper()
                .is_some_and(|bytes| bytes <= KEPT_MAX as u64),
            Self::Whole(_) => true,
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// The client stopped before its end, or it is too long.
    pub(super) async fn whole(self) -> Result<Bytes, Trouble> {
        match self {
            Self::Coming(body) => Ok(Limited::new(body, KEPT_MAX).collect().await?.to_bytes()),
            Self::Whole(bytes) => Ok(bytes),
        }
    }

    /// Lets it come, and forgets it: whoever sends is not to be interrupted.
    pub(super) async fn forgotten(self) -> Result<(), Trouble> {
        match self {
            Self::Coming(body) => forget(body).await,
            Self::Whole(_) => Ok(()),
        }
    }

    pub(super) fn passing(self) -> Passing {
        match self {
            Self::Coming(body) => Either::Left(body),
            Self::Whole(bytes) => Either::Right(Full::new(bytes)),
        }
    }
}

/// Waits for the end of a body.
pub(super) async fn forget(mut body: Incoming) -> Result<(), Trouble> {
    while let Some(frame) = body.frame().await {
        frame?;
    }
    Ok(())
}
