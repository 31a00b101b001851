//! What the kernel says about this process and the machine (Linux).

use std::fs;
use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio::time::Instant;

use crate::Result;
use crate::companion::Companion;

/// The kernel counts processor time in hundredths of a second, whatever its own tick is.
const TICK: Duration = Duration::from_millis(10);

/// How much processor time has been used until now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    at: Instant,
    own: Duration,
    children: Duration,
    companion: Option<(Companion, Duration)>,
    machine: Duration,
    wake_ups: u64,
}

/// What was used between two moments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// Processor time of this process.
    pub(crate) own: Duration,
    /// Processor time of the companion.
    pub(crate) companion: Duration,
    /// Processor time of everybody else.
    pub(crate) others: Duration,
    /// How often a thread of this process was woken.
    pub(crate) wake_ups: u64,
}

impl Usage {
    /// The usage until now.
    pub(crate) fn now() -> Result<Self> {
        Self::beside(None)
    }

    /// The usage until now, with a companion's.
    pub(crate) fn beside(companion: Option<Companion>) -> Result<Self> {
        let (own, children) = own_time()?;
        let companion = match companion {
            Some(companion) => Some((companion, companion.used()?)),
            None => None,
        };
        Ok(Self {
            at: Instant::now(),
            own,
            children,
            companion,
            machine: machine_time()?,
            wake_ups: wake_ups()?,
        })
    }

    /// The usage since then.
    pub(crate) fn until_now(self) -> Result<Used> {
        let now = Self::beside(self.companion.map(|(companion, _)| companion))?;
        let own = now.own.saturating_sub(self.own);
        let children = now.children.saturating_sub(self.children);
        let companion = now.companion_time().saturating_sub(self.companion_time());
        Ok(Used {
            elapsed: now.at - self.at,
            own,
            companion,
            others: (now.machine.saturating_sub(self.machine))
                .saturating_sub(own + children + companion),
            wake_ups: now.wake_ups.saturating_sub(self.wake_ups),
        })
    }

    fn companion_time(&self) -> Duration {
        self.companion.map_or(Duration::ZERO, |(_, used)| used)
    }
}

/// How much memory this process has in use, in bytes.
///
/// The resident set is what an operator pays for, with the allocator's own overhead; counting
/// allocations would need an allocator that slows what is measured.
pub(crate) fn resident_bytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("/proc/self/status has no VmRSS")?;
    Ok(kibibytes.parse::<u64>()? * 1024)
}

/// How many times the threads of this process went to sleep of their own accord, which is how many
/// times they were woken.
fn wake_ups() -> Result<u64> {
    let mut count = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        let status = match fs::read_to_string(thread?.path().join("status")) {
            Ok(status) => status,
            // It ended since it was listed, or while it was read.
            Err(error) if has_ended(&error) => continue,
            Err(error) => return Err(error.into()),
        };
        count += status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))
            .and_then(|rest| rest.trim().parse::<u64>().ok())
            .unwrap_or_default();
    }
    Ok(count)
}

/// Whether what was asked of a thread failed because there is no such thread any more.
fn has_ended(error: &io::Error) -> bool {
    /// No such process: what the kernel says of a file that is open already.
    const ESRCH: i32 = 3;
    error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(ESRCH)
}

/// The processor time of this process, and of those it started that have ended.
fn own_time() -> Result<(Duration, Duration)> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let mut times = processor_time(&stat)?;
    let own = ticks(times.by_ref().take(2))?;
    Ok((own, ticks(times.take(2))?))
}

/// Of what the kernel says of a process: its user and system time, and those of its children.
pub(crate) fn processor_time(stat: &str) -> Result<impl Iterator<Item = &str>> {
    // The name in parentheses may hold anything; the times are the 12th to 15th after.
    let (_, rest) = stat.rsplit_once(')').ok_or("the process has no name")?;
    Ok(rest.split_whitespace().skip(11))
}

fn machine_time() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let all = stat.lines().next().ok_or("/proc/stat is empty")?;
    let mut fields = all.split_whitespace().skip(1);
    // user, nice, system; then idle and iowait, in which nobody works.
    let busy = ticks(fields.by_ref().take(3))?;
    Ok(busy + ticks(fields.skip(2))?)
}

/// The sum of times as the kernel counts them.
pub(crate) fn ticks<'a>(fields: impl Iterator<Item = &'a str>) -> Result<Duration> {
    let mut sum = 0;
    for field in fields {
        sum += field.parse::<u32>()?;
    }
    Ok(TICK * sum)
}
