//! Processor time of this process, finer than a run of some milliseconds.

use std::fs;
use std::io::ErrorKind;
use std::time::Duration;

use crate::Result;

/// The processor time that the threads of this process have used until now. What has ended is
/// forgotten, so it is for programs whose threads stay.
pub(super) fn used() -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        match fs::read_to_string(thread?.path().join("schedstat")) {
            Ok(line) => {
                let first = line.split_whitespace().next();
                nanoseconds += first.ok_or("a thread has no times")?.parse::<u64>()?;
            }
            // It ended since it was listed.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Duration::from_nanos(nanoseconds))
}
