//! Processes that a trial starts, and the marks by which both tell each other how far they are.

use std::fs;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use beehive_rabbit::RabbitConfig;
use beehive_tests::trials::{Outcome, Place, eventually};
use libtest_mimic::Failed;
use tokio::process::{Child, Command};

use super::{drained, killed};

/// What a process is to do; set for it alone.
const ROLE: &str = "BEEHIVE_TEST_ROLE";
/// Where its marks are.
const MARKS: &str = "BEEHIVE_TEST_MARKS";
/// The namespace of its queues.
const NAMESPACE: &str = "BEEHIVE_TEST_NAMESPACE";
/// Starting a process takes a moment on a busy machine.
pub(super) const SOON: Duration = Duration::from_secs(60);

/// What a process is to do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// To be killed in the middle of its first event.
    Victim,
    /// To stop when it is told, with all it has taken in work, and to end at once.
    Leaver,
}

impl Role {
    const ALL: [Self; 2] = [Self::Victim, Self::Leaver];

    fn as_str(self) -> &'static str {
        match self {
            Self::Victim => "victim",
            Self::Leaver => "leaver",
        }
    }
}

/// Runs this process as a worker, if it was started as one.
pub(crate) fn worker() -> Option<ExitCode> {
    let role = std::env::var(ROLE).ok()?;
    let role = Role::ALL.into_iter().find(|known| known.as_str() == role)?;
    let marks = Marks(PathBuf::from(std::env::var_os(MARKS)?));
    let namespace = std::env::var(NAMESPACE).ok()?;
    let runtime = tokio::runtime::Runtime::new().ok()?;
    let done = runtime.block_on(async {
        let config = RabbitConfig::from_env()?.with_namespace(namespace.parse()?);
        match role {
            Role::Victim => killed::work(config, marks).await,
            Role::Leaver => drained::work(config, marks).await,
        }
    });
    // As when a program returns from its main function: what still runs is dropped.
    drop(runtime);
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

/// Starts this program as a process that does this on the broker at this URL.
pub(super) fn started(
    role: Role,
    url: &str,
    place: &Place,
    marks: &Marks,
) -> Result<Child, Failed> {
    Ok(Command::new(std::env::current_exe()?)
        .env("AMQP_URL", url)
        .env(ROLE, role.as_str())
        .env(MARKS, &marks.0)
        .env(NAMESPACE, &place.namespace)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()?)
}

/// A folder in which a file stands for something that has happened.
#[derive(Clone, Debug)]
pub(super) struct Marks(PathBuf);

impl Marks {
    /// A folder of the trial's own.
    pub(super) fn of(place: &Place) -> Result<Self, Failed> {
        let folder = std::env::temp_dir().join(&place.namespace);
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }

    /// It has happened.
    pub(super) fn set(&self, name: &str) -> Result<(), std::io::Error> {
        fs::write(self.0.join(name), "")
    }

    /// Whether it has happened.
    pub(super) fn is_set(&self, name: &str) -> Result<bool, std::io::Error> {
        fs::exists(self.0.join(name))
    }

    /// Waits until it has happened.
    pub(super) async fn wait(&self, name: &str) -> Outcome {
        eventually(name, SOON, || async {
            let there = self.is_set(name)?;
            Ok::<_, std::io::Error>(there.then_some(()))
        })
        .await
    }

    /// Removes the folder.
    pub(super) fn remove(self) -> Outcome {
        Ok(fs::remove_dir_all(self.0)?)
    }
}
