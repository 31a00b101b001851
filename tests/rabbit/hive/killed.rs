//! A process is killed in the middle of its work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use beehive_core::event::{Delivery, Event};
use beehive_core::hive::Hive;
use beehive_core::queue::{EventQueue as _, EventQueueExt as _, QueueName};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::actors::actor;

/// Where a worker leaves its marks; set for it alone.
const MARKS: &str = "BEEHIVE_TEST_MARKS";
/// The namespace of its queues.
const NAMESPACE: &str = "BEEHIVE_TEST_NAMESPACE";
/// Starting a process takes a moment on a busy machine.
const SOON: Duration = Duration::from_secs(60);

pub(super) fn trials() -> Vec<Trial> {
    vec![trial("hive::a_killed_process_loses_nothing", loses_nothing).with_shared_broker()]
}

/// Runs this process as a worker, if it was started as one.
pub(crate) fn worker() -> Option<ExitCode> {
    let marks = PathBuf::from(std::env::var_os(MARKS)?);
    let namespace = std::env::var(NAMESPACE).ok()?;
    let done = tokio::runtime::Runtime::new()
        .map_err(Failed::from)
        .and_then(|runtime| runtime.block_on(work(marks, &namespace)));
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

fn queue() -> Result<QueueName, beehive_core::Error> {
    "Start-Bee".parse()
}

/// Processes until killed. An event is held until the mark `go` is there.
async fn work(marks: PathBuf, namespace: &str) -> Outcome {
    let config = RabbitConfig::from_env()?.with_namespace(namespace.parse()?);
    let script = move |event: Event| {
        let marks = marks.clone();
        async move {
            let attempt = event.delivery().map_or(0, Delivery::attempt);
            mark(&marks, &format!("started-{attempt}"))?;
            if attempt == 1 {
                // The process is killed here.
                std::future::pending::<()>().await;
            }
            mark(&marks, &format!("done-{attempt}"))?;
            Ok(Vec::new())
        }
    };
    let hive = Hive::builder("killed")
        .queue(RabbitQueue::connect(config).await?)
        .register(actor(&queue()?, script))
        .entry("Start")
        .build()?;
    hive.run_until(std::future::pending()).await?;
    Ok(())
}

fn mark(marks: &Path, name: &str) -> Result<(), std::io::Error> {
    fs::write(marks.join(name), "")
}

fn started(place: &Place, marks: &Path) -> Result<Child, Failed> {
    Ok(Command::new(std::env::current_exe()?)
        .env(MARKS, marks)
        .env(NAMESPACE, &place.namespace)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()?)
}

async fn marked(marks: &Path, name: &str) -> Outcome {
    eventually(name, SOON, || async {
        let there = fs::exists(marks.join(name))?;
        Ok::<_, std::io::Error>(there.then_some(()))
    })
    .await
}

async fn loses_nothing(place: Place) -> Outcome {
    let marks = std::env::temp_dir().join(&place.namespace);
    fs::create_dir(&marks)?;
    let config = RabbitConfig::from_env()?.with_namespace(place.namespace.parse()?);
    let observer = RabbitQueue::connect(config).await?;
    observer.declare(&queue()?).await?;
    observer
        .push(Event::new("Start", "text/plain", "clover"))
        .await?;

    let mut first = started(&place, &marks)?;
    marked(&marks, "started-1").await?;
    let mut second = started(&place, &marks)?;
    let killing = Instant::now();
    first.kill().await?;
    // The second one gets it, with the lost attempt counted.
    marked(&marks, "done-2").await?;
    let took = killing.elapsed();
    assert!(took < SOON, "it took {took:?}");
    second.kill().await?;
    assert!(!fs::exists(marks.join("done-1"))?);

    fs::remove_dir_all(&marks)?;
    observer.delete_declared().await?;
    observer.delete_delays().await?;
    Ok(())
}
