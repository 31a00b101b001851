//! How long a function may work. Pure.

use std::time::Duration;

use tokio::time::Instant;

use super::queue::FUNCTION_MAX;

/// What is kept back for the answer, unless one says otherwise.
pub(super) const MARGIN: Duration = Duration::from_secs(1);

/// When a function that has so much time left is to answer: the margin before its end, which is no
/// more than a quarter of the time there is.
pub(super) fn end(now: Instant, left: Duration, margin: Duration) -> Instant {
    let left = left.min(FUNCTION_MAX);
    now + left.saturating_sub(margin.min(left / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_answer_is_before_the_end() {
        let now = Instant::now();
        for (left, margin, works) in [
            (30_000, 1_000, 29_000),
            (30_000, 5_000, 25_000),
            (3_000, 1_000, 2_250),
            (1_000, 0, 1_000),
            (0, 1_000, 0),
            (86_400_000, 1_000, 899_000),
        ] {
            let millis = Duration::from_millis;
            let end = end(now, millis(left), millis(margin));
            assert_eq!(end - now, millis(works), "{left} {margin}");
        }
    }
}
