//! What tests ask of their broker through `rabbitmqctl`.

use super::broker::Broker;
use super::error::{Result, ServiceError};

/// What a user may do, as three regular expressions over the names of queues and exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions<'a> {
    /// Which may be declared and deleted.
    pub configure: &'a str,
    /// Which may be published to and bound.
    pub write: &'a str,
    /// Which may be consumed and bound to.
    pub read: &'a str,
}

impl Permissions<'static> {
    /// Everything.
    pub const ALL: Self = Self {
        configure: ".*",
        write: ".*",
        read: ".*",
    };
}

/// How much is in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueCount {
    /// The queue's name at the broker.
    pub name: String,
    /// What waits to be delivered.
    pub ready: u64,
    /// What is delivered and not settled.
    pub unsettled: u64,
}

impl Broker {
    /// Closes every connection, as an operator does.
    ///
    /// # Errors
    /// The broker did not do it.
    pub async fn close_all_connections(&self) -> Result<()> {
        let words = ["close_all_connections", "closed by a test"];
        self.ctl(&words).await.map(drop)
    }

    /// Makes the broker believe that its memory is used up: it reads no more from connections that
    /// publish.
    ///
    /// # Errors
    /// The broker did not do it.
    pub async fn raise_memory_alarm(&self) -> Result<()> {
        let words = ["set_vm_memory_high_watermark", "0"];
        self.ctl(&words).await.map(drop)
    }

    /// Lets the broker have memory again.
    ///
    /// # Errors
    /// The broker did not do it.
    pub async fn clear_memory_alarm(&self) -> Result<()> {
        let words = ["set_vm_memory_high_watermark", "0.6"];
        self.ctl(&words).await.map(drop)
    }

    /// Has the broker write down which quorum queues there are, which it does two seconds late.
    ///
    /// One that was declared within two seconds before [`kill`](Self::kill) has no leader after the
    /// start, for ever, and what it had confirmed is lost (seen with 3.10.8). Tests of what survives
    /// a kill call this after they have declared their queues.
    ///
    /// # Errors
    /// The broker did not do it.
    pub async fn flush_declarations(&self) -> Result<()> {
        let words = ["eval", "[ok = dets:sync(T) || T <- dets:all()], ok."];
        self.ctl(&words).await.map(drop)
    }

    /// Deletes a queue with all that is in it, whoever uses it.
    ///
    /// # Errors
    /// There is no such queue.
    pub async fn delete_queue(&self, name: &str) -> Result<()> {
        self.ctl(&["delete_queue", name]).await.map(drop)
    }

    /// Every queue and how much is in it, in the order of their names. The broker counts a moment
    /// behind what happens.
    ///
    /// # Errors
    /// The broker did not tell.
    pub async fn queues(&self) -> Result<Vec<QueueCount>> {
        let words = [
            "list_queues",
            "--no-table-headers",
            "name",
            "messages_ready",
            "messages_unacknowledged",
        ];
        counts(&self.ctl(&words).await?)
    }

    /// Adds a user with a password and what it may do.
    ///
    /// # Errors
    /// There is one of this name.
    pub async fn add_user(&self, name: &str, password: &str, may: Permissions<'_>) -> Result<()> {
        self.ctl(&["add_user", name, password]).await?;
        self.permit(name, may).await
    }

    /// Changes what a user may do.
    ///
    /// # Errors
    /// There is no such user.
    pub async fn permit(&self, user: &str, may: Permissions<'_>) -> Result<()> {
        let Permissions {
            configure,
            write,
            read,
        } = may;
        let words = ["set_permissions", user, configure, write, read];
        self.ctl(&words).await.map(drop)
    }
}

/// Reads lines of a name and two numbers, separated by tabs.
fn counts(printed: &str) -> Result<Vec<QueueCount>> {
    let mut counts = Vec::new();
    for line in printed.lines().filter(|line| !line.trim().is_empty()) {
        let count = count(line).ok_or_else(|| {
            ServiceError::new(format!("`{line}` is no queue with two numbers:\n{printed}"))
        })?;
        counts.push(count);
    }
    counts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(counts)
}

fn count(line: &str) -> Option<QueueCount> {
    let mut columns = line.split('\t');
    let count = QueueCount {
        name: columns.next()?.to_owned(),
        ready: columns.next()?.trim().parse().ok()?,
        unsettled: columns.next()?.trim().parse().ok()?,
    };
    columns.next().is_none().then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_the_order_of_names() {
        let read = counts("b\t3\t1\na queue\t0\t0\n\n").unwrap();
        let names: Vec<_> = read.iter().map(|count| count.name.as_str()).collect();
        assert_eq!(names, ["a queue", "b"]);
        assert_eq!((read[1].ready, read[1].unsettled), (3, 1));
        assert_eq!(counts("").unwrap(), []);
    }

    #[test]
    fn a_line_that_is_no_count_is_an_error() {
        for wrong in ["a", "a\t1", "a\tmany\t1", "a\t1\t2\t3"] {
            assert!(counts(wrong).is_err(), "{wrong}");
        }
    }
}
