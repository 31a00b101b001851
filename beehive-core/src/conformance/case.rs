//! What a case is.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// What comes of a case.
pub type Outcome = Result<(), Failure>;

/// How a backend broke a promise.
pub struct Failure(String);

impl Failure {
    /// A promise was broken in this way.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Any error that a case does not expect is a failure.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(format!("unexpected error: {error:?}"))
    }
}

type Run<F> = fn(F) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// One promise, and how it is tried on a fixture `F`: a backend with a place of its own.
pub struct Case<F> {
    name: &'static str,
    promise: &'static str,
    applies: fn(&F) -> bool,
    run: Run<F>,
}

impl<F> Case<F> {
    /// A case that every backend must pass. The name is a path-like word, the promise a sentence.
    pub(crate) const fn new(name: &'static str, promise: &'static str, run: Run<F>) -> Self {
        Self {
            name,
            promise,
            applies: |_| true,
            run,
        }
    }

    /// Only for backends of which this holds.
    pub(crate) const fn when(mut self, applies: fn(&F) -> bool) -> Self {
        self.applies = applies;
        self
    }

    /// What the case is called; stable, so that it can be named in lists.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is promised, as a sentence.
    pub fn promise(&self) -> &'static str {
        self.promise
    }

    /// Whether the case is for this backend, by its capabilities.
    pub fn applies(&self, fixture: &F) -> bool {
        (self.applies)(fixture)
    }

    /// Tries it.
    ///
    /// # Errors
    /// The promise is broken.
    pub async fn run(&self, fixture: F) -> Outcome {
        (self.run)(fixture)
            .await
            .map_err(|failure| Failure(format!("{}: {failure}", self.promise)))
    }
}

impl<F> fmt::Debug for Case<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case({})", self.name)
    }
}

/// Fails the case unless the condition holds.
macro_rules! check {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::conformance::Failure::new(format!(
                "{} ({}:{})", format_args!($($message)+), file!(), line!(),
            )));
        }
    };
}

/// Fails the case unless both are equal.
macro_rules! check_eq {
    ($left:expr, $right:expr, $($message:tt)+) => {
        match (&$left, &$right) {
            (left, right) => $crate::conformance::check!(
                left == right, "{}: {left:?} is not {right:?}", format_args!($($message)+)
            ),
        }
    };
}

/// Fails the case unless the result is an error of this kind.
macro_rules! check_kind {
    ($result:expr, $kind:ident, $($message:tt)+) => {
        match $result {
            Err(error) => $crate::conformance::check_eq!(
                $crate::Error::from(error).kind(), $crate::ErrorKind::$kind, $($message)+
            ),
            Ok(_) => $crate::conformance::check!(false, "{}: it succeeded", format_args!($($message)+)),
        }
    };
}

pub(crate) use {check, check_eq, check_kind};
