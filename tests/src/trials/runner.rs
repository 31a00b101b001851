//! Runs trials as `cargo test` runs tests.

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed};
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::gate::Gate;
use super::needs::{environment, missing};
use super::trial::{Outcome, Place, Run, Trial};

/// How many brokers there are at one time, unless the machine has as many cores: a boot is work for
/// one.
const BROKERS: RangeInclusive<usize> = 2..=6;
/// How many trials run beside those with brokers: most of them wait most of the time.
const TRIALS_BESIDE: usize = 4;
/// What a trial gets to give up after its deadline, before it is left alone.
const GRACE: Duration = Duration::from_secs(20);

/// Runs these trials as the command line says, and prints what comes of each.
///
/// A trial whose service is missing is ignored, and says what it needs. One that hangs fails under
/// its name.
pub fn run(trials: impl IntoIterator<Item = Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let brokers = cores.clamp(*BROKERS.start(), *BROKERS.end());
    arguments
        .test_threads
        .get_or_insert(brokers + TRIALS_BESIDE);
    let gate = Arc::new(Gate::new(brokers));
    let trials = trials
        .into_iter()
        .map(|trial| listed(trial, Arc::clone(&gate)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn listed(trial: Trial, gate: Arc<Gate>) -> libtest_mimic::Trial {
    let Trial {
        name,
        needs,
        brokers,
        deadline,
        run,
    } = trial;
    let why = missing(&needs, environment);
    let (is_ignored, kind) = (why.is_some(), why.clone().unwrap_or_default());
    let thread = name.clone();
    let runner = move || {
        // Also for whoever asks for ignored tests: it cannot run, so it cannot pass.
        if let Some(why) = why {
            return Ok(Completion::ignored_with(why));
        }
        let _room = gate.enter(brokers);
        attempt(thread, deadline, GRACE, run).map(|()| Completion::Completed)
    };
    libtest_mimic::Trial::ignorable_test(name, runner)
        .with_ignored_flag(is_ignored)
        .with_kind(kind)
}

/// Runs a trial on a thread and a runtime of its own, and gives it up when it hangs.
fn attempt(name: String, deadline: Duration, grace: Duration, run: Run) -> Outcome {
    let (sender, receiver) = sync_channel(1);
    let worker = thread::Builder::new().name(name).spawn(move || {
        let outcome = in_time(deadline, run);
        // Nobody listens when the trial was given up, and then nobody needs to know.
        let _ = sender.send(outcome);
    })?;
    match receiver.recv_timeout(deadline + grace) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Err(Failed::from(format!(
            "after {deadline:?} it hung in code that does not wait, and was left alone"
        ))),
        Err(RecvTimeoutError::Disconnected) => match worker.join() {
            Ok(()) => Err("it ended without an outcome".into()),
            Err(panic) => resume_unwind(panic),
        },
    }
}

/// Runs a trial until its deadline; what it holds is dropped by then, its brokers among it.
fn in_time(deadline: Duration, run: Run) -> Outcome {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        timeout(deadline, run(Place::new()))
            .await
            .unwrap_or_else(|_| Err(format!("it was not done after {deadline:?}").into()))
    });
    // What it left running does not hold up the others.
    runtime.shutdown_background();
    outcome
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::trials::{Service, trial};

    const MOMENT: Duration = Duration::from_millis(20);

    fn attempted(trial: Trial, grace: Duration) -> Result<(), String> {
        let outcome = attempt(trial.name, trial.deadline, grace, trial.run);
        outcome.map_err(|failed| failed.message().unwrap_or_default().to_owned())
    }

    #[test]
    fn an_outcome_is_passed_on() {
        assert_eq!(attempted(trial("a", |_| async { Ok(()) }), GRACE), Ok(()));
        let error = attempted(trial("a", |_| async { Err("no".into()) }), GRACE);
        assert_eq!(error, Err("no".to_owned()));
    }

    #[test]
    fn a_trial_that_waits_for_ever_fails() {
        let hung = trial("a", |_| pending()).with_deadline(MOMENT);
        let error = attempted(hung, GRACE).unwrap_err();
        assert!(error.contains("not done after 20ms"), "{error}");
    }

    #[test]
    fn a_trial_that_blocks_for_ever_fails() {
        let hung = trial("a", |_| async {
            thread::park();
            Ok(())
        });
        let error = attempted(hung.with_deadline(MOMENT), MOMENT).unwrap_err();
        assert!(error.contains("left alone"), "{error}");
    }

    #[test]
    #[should_panic(expected = "as a test does")]
    fn a_panic_is_passed_on() {
        let trial = trial("a", |_| async { panic!("as a test does") });
        let _ = attempted(trial, GRACE);
    }

    #[test]
    fn a_trial_without_its_service_is_ignored_and_says_why() {
        let gate = Arc::new(Gate::new(1));
        let needy =
            trial("a", |_| async { Ok(()) }).with_need(Service::behind("BEEHIVE_NO_SUCH_SERVICE"));
        let needy = listed(needy, Arc::clone(&gate));
        assert!(needy.has_ignored_flag());
        assert_eq!(needy.kind(), "needs BEEHIVE_NO_SUCH_SERVICE");
        let content = listed(trial("a", |_| async { Ok(()) }), Arc::clone(&gate));
        assert!(!content.has_ignored_flag());
        // Not even `--include-ignored` makes it pass.
        let arguments = Arguments {
            include_ignored: true,
            // Not among the results of the tests.
            logfile: Some("/dev/null".into()),
            ..Arguments::default()
        };
        let conclusion = libtest_mimic::run(&arguments, vec![needy, content]);
        assert_eq!((conclusion.num_passed, conclusion.num_ignored), (1, 1));
    }
}
