//! Panics of a run, which the framework survives and nobody else would hear of.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

thread_local! {
    /// The panics of the run on this thread, while there is one.
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Does something on this thread, and says which panics there were, those among them that somebody
/// caught. `None` if one ended it.
pub(super) fn listened<T>(work: impl FnOnce() -> T) -> (Option<T>, Vec<String>) {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            hear(panic);
            usual(panic);
        }));
    });
    HEARD.set(Some(Vec::new()));
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    (done, HEARD.take().unwrap_or_default())
}

fn hear(panic: &PanicHookInfo<'_>) {
    HEARD.with_borrow_mut(|heard| {
        if let Some(heard) = heard {
            heard.push(panic.to_string());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_heard_whether_somebody_catches_it_or_not() {
        let (done, heard) = listened(|| {
            catch_unwind(|| panic!("as a test does")).unwrap_err();
            7
        });
        assert_eq!(done, Some(7));
        assert!(heard[0].contains("as a test does"), "{heard:?}");
        let (done, heard) = listened(|| panic!("as another does"));
        assert_eq!((done, heard.len()), (None::<()>, 1));
        assert_eq!(listened(|| ()), (Some(()), Vec::new()));
    }
}
