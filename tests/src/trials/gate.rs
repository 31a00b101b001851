//! How many brokers there are at one time.

use std::sync::{Condvar, Mutex, PoisonError};

/// Lets through as many as there is room for.
#[derive(Debug)]
pub(super) struct Gate {
    room: usize,
    free: Mutex<usize>,
    freed: Condvar,
}

/// Room that was taken; given back when dropped.
#[derive(Debug)]
pub(super) struct Room<'a> {
    gate: &'a Gate,
    taken: usize,
}

impl Gate {
    pub(super) fn new(room: usize) -> Self {
        Self {
            room,
            free: Mutex::new(room),
            freed: Condvar::new(),
        }
    }

    /// Waits until there is room for so many. Whoever wants more than all of it gets all of it.
    pub(super) fn enter(&self, wanted: usize) -> Room<'_> {
        let taken = wanted.min(self.room);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < taken {
            free = self
                .freed
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= taken;
        Room { gate: self, taken }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        let mut free = self
            .gate
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *free += self.taken;
        self.gate.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn no_more_get_in_than_there_is_room_for() {
        let (gate, inside) = (Gate::new(3), AtomicUsize::new(0));
        thread::scope(|scope| {
            for number in 0..32 {
                let (gate, inside) = (&gate, &inside);
                scope.spawn(move || {
                    // Some want more than there is.
                    let wanted = number % 5;
                    let room = gate.enter(wanted);
                    let before = inside.fetch_add(room.taken, Ordering::SeqCst);
                    assert!(before + room.taken <= 3);
                    thread::yield_now();
                    inside.fetch_sub(room.taken, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(*gate.free.lock().unwrap(), 3);
    }

    #[test]
    fn a_panic_gives_its_room_back() {
        let gate = Gate::new(1);
        let panicked = thread::scope(|scope| {
            let inside = scope.spawn(|| {
                let _room = gate.enter(1);
                panic!("as a test does");
            });
            inside.join().is_err()
        });
        assert!(panicked);
        drop(gate.enter(1));
    }
}
