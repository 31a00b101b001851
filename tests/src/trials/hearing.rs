//! What is logged on one thread, while other trials run on others.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Subscriber, dispatcher};

/// What was logged; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// All of it.
    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Does some work, and has this subscriber hear what is logged on this thread meanwhile.
///
/// `tracing` asks once for each place in the code whether anybody wants to hear it. While there is one
/// subscriber in the whole process, it asks whichever hears the thread that comes to the place first;
/// where that is another trial's, which nobody hears, the place is silent for all from then on. So there
/// are two.
pub fn heard<T>(
    subscriber: impl Subscriber + Send + Sync + 'static,
    work: impl FnOnce() -> T,
) -> T {
    let _second = Dispatch::new(NoSubscriber::new());
    dispatcher::with_default(&Dispatch::new(subscriber), work)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};
    use std::thread;

    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::heard;

    struct Counting(Arc<AtomicUsize>);

    impl Subscriber for Counting {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, _: &Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn what_another_thread_says_first_is_heard_on_this_one() {
        let count = Arc::new(AtomicUsize::new(0));
        let say = || tracing::info!("a place that another thread comes to first");
        let (begin, begun) = mpsc::channel::<()>();
        let other = thread::spawn(move || {
            begun.recv().ok();
            say();
        });
        heard(Counting(Arc::clone(&count)), || {
            begin.send(()).unwrap();
            other.join().unwrap();
            say();
        });
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }
}
