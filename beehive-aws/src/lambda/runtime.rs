//! Serving invocations through `lambda_runtime`.

use std::env;
use std::sync::Arc;

use beehive_core::{Error, ErrorKind, Result};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};

use super::answer::SqsBatchResponse;
use super::batch::SqsBatch;
use super::function::RunningFunction;

/// What Lambda tells a function. The runtime panics without them.
const VARIABLES: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
];

/// Checks that this process was started by Lambda, or by what stands for it.
pub(super) fn check() -> Result<()> {
    check_that(|name| env::var_os(name).is_some())
}

fn check_that(is_set: impl Fn(&str) -> bool) -> Result<()> {
    let missing = VARIABLES.into_iter().find(|name| !is_set(name));
    missing.map_or(Ok(()), |name| {
        Err(Error::new(
            ErrorKind::Configuration,
            "this program is a function of AWS Lambda, which sets the variable; to try it on this \
             machine, start it with `cargo lambda watch`",
        )
        .with_operation("run function")
        .with_context("missing", name))
    })
}

/// Serves invocations until there is nobody to ask for them.
pub(super) async fn serve(function: Arc<RunningFunction>) -> Result<()> {
    let service = service_fn(move |event: LambdaEvent<SqsBatch>| {
        let function = Arc::clone(&function);
        async move { answer(&function, event).await }
    });
    // On instances that get one invocation at a time, it is the same as `run`.
    let served = lambda_runtime::run_concurrent(service).await;
    served.map_err(|error| {
        Error::new(
            ErrorKind::Temporary,
            "the runtime of AWS Lambda does not answer any more",
        )
        .with_operation("run function")
        .with_source(error)
    })
}

async fn answer(
    function: &RunningFunction,
    event: LambdaEvent<SqsBatch>,
) -> Result<SqsBatchResponse, Diagnostic> {
    let deadline = event.context.deadline();
    let answered = function.invoke(event.payload, deadline).await;
    answered.map_err(|error| {
        tracing::error!(%error, "the whole batch comes again");
        diagnostic(&error)
    })
}

/// The error as Lambda shows it.
fn diagnostic(error: &Error) -> Diagnostic {
    Diagnostic {
        error_type: format!("beehive.{:?}", error.kind()),
        error_message: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_lambda_one_hears_what_is_missing() {
        assert!(check_that(|_| true).is_ok());
        for missing in VARIABLES {
            let error = check_that(|name| name != missing).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains(missing), "{error}");
        }
    }

    #[test]
    fn lambda_is_told_the_kind_and_the_place() {
        let error = Error::new(ErrorKind::NotFound, "no actor reads it").with_context("queue", "q");
        let diagnostic = diagnostic(&error);
        assert_eq!(diagnostic.error_type, "beehive.NotFound");
        assert!(diagnostic.error_message.contains("no actor reads it"));
    }
}
