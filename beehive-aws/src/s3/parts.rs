//! A value in parts of the size S3 wants.

use std::collections::VecDeque;

use beehive_core::store::{Value, ValueStream};
use beehive_core::{Error, ErrorKind, Result};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

/// The most parts that S3 takes.
pub(super) const PARTS_MAX: u64 = 10_000;
/// After so many parts they get larger by the size of the first ones, so that a value of unknown
/// length fits into ten thousand of them and short ones need little memory.
const GROWS_EVERY: u64 = 1_250;

/// The size of the part with this number, from 1.
pub(super) fn size_of(number: u64, part_size: usize) -> usize {
    let factor = 1 + number.saturating_sub(1) / GROWS_EVERY;
    part_size.saturating_mul(usize::try_from(factor).unwrap_or(usize::MAX))
}

/// How large a value can be that is written in parts that begin with this size.
pub(super) fn value_max(part_size: usize) -> u64 {
    let steps = PARTS_MAX / GROWS_EVERY;
    let factors = steps * (steps + 1) / 2;
    (part_size as u64)
        .saturating_mul(GROWS_EVERY)
        .saturating_mul(factors)
}

/// Cuts a value into parts, holding one at a time.
pub(super) struct Parts {
    rest: Option<ValueStream>,
    held: VecDeque<Bytes>,
    held_length: usize,
    left: u64,
    max: u64,
}

impl Parts {
    /// The parts of a value of at most `max` bytes.
    pub(super) fn of(value: Value, max: u64) -> Self {
        let mut parts = Self {
            rest: None,
            held: VecDeque::new(),
            held_length: 0,
            left: max,
            max,
        };
        match value {
            Value::Stream(rest) => parts.rest = Some(rest),
            Value::Bytes(bytes) => {
                parts.held_length = bytes.len();
                parts.held.push_back(bytes);
            }
        }
        parts
    }

    /// Whether all that is left is at hand and at most so long.
    pub(super) async fn ends_within(&mut self, size: usize) -> Result<bool> {
        // One more byte shows that there is more.
        self.fill(size.saturating_add(1)).await?;
        Ok(self.held_length <= size)
    }

    /// The next part, of this size but for the last; `None` at the end.
    ///
    /// # Errors
    /// What the value fails with; [`ErrorKind::Limit`] if it is too long.
    pub(super) async fn next(&mut self, size: usize) -> Result<Option<Bytes>> {
        self.fill(size).await?;
        if self.held_length == 0 {
            return Ok(None);
        }
        let part = self.take(size);
        self.left = self.left.checked_sub(part.len() as u64).ok_or_else(|| {
            Error::new(ErrorKind::Limit, "the value is too large").with_context("limit", self.max)
        })?;
        Ok(Some(part))
    }

    async fn fill(&mut self, size: usize) -> Result<()> {
        while self.held_length < size {
            let Some(rest) = &mut self.rest else {
                return Ok(());
            };
            let Some(piece) = rest.next().await.transpose()? else {
                self.rest = None;
                return Ok(());
            };
            self.held_length += piece.len();
            if !piece.is_empty() {
                self.held.push_back(piece);
            }
        }
        Ok(())
    }

    /// Takes what is held, at most so much; without copying where one piece is enough.
    fn take(&mut self, size: usize) -> Bytes {
        let length = size.min(self.held_length);
        self.held_length -= length;
        if let Some(first) = self.held.front_mut()
            && first.len() >= length
        {
            let part = first.split_to(length);
            if first.is_empty() {
                self.held.pop_front();
            }
            return part;
        }
        let mut part = BytesMut::with_capacity(length);
        while part.len() < length
            && let Some(mut piece) = self.held.pop_front()
        {
            let taken = piece.split_to(piece.len().min(length - part.len()));
            part.extend_from_slice(&taken);
            if !piece.is_empty() {
                self.held.push_front(piece);
            }
        }
        part.freeze()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, stream};
    use proptest::prelude::*;

    use super::*;

    fn streamed(pieces: &[Vec<u8>]) -> Value {
        let pieces: Vec<_> = pieces
            .iter()
            .cloned()
            .map(|piece| Ok(piece.into()))
            .collect();
        Value::stream(stream::iter(pieces))
    }

    fn all(mut parts: Parts, size: usize) -> Vec<Bytes> {
        let mut all = Vec::new();
        while let Some(part) = parts.next(size).now_or_never().unwrap().unwrap() {
            all.push(part);
        }
        all
    }

    proptest! {
        #[test]
        fn parts_are_the_value_cut_to_size(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..9), 0..9),
            size in 1_usize..7,
        ) {
            let whole = pieces.concat();
            for value in [streamed(&pieces), Value::from(whole.clone())] {
                let parts = all(Parts::of(value, 1000), size);
                prop_assert_eq!(parts.concat(), whole.clone());
                prop_assert!(parts.iter().rev().skip(1).all(|part| part.len() == size));
                prop_assert!(parts.iter().all(|part| (1..=size).contains(&part.len())));
            }
        }
    }

    #[test]
    fn whether_it_ends_is_known_without_losing_anything() {
        for (size, ends) in [(2, false), (3, true), (4, true)] {
            let mut parts = Parts::of(streamed(&[vec![1, 2], vec![], vec![3]]), 10);
            let found = parts.ends_within(size).now_or_never().unwrap().unwrap();
            assert_eq!(found, ends, "{size}");
            assert_eq!(all(parts, 10).concat(), [1, 2, 3]);
        }
    }

    #[test]
    fn too_much_is_refused() {
        let mut parts = Parts::of(streamed(&[vec![0; 4], vec![0; 4]]), 7);
        assert!(parts.next(4).now_or_never().unwrap().is_ok());
        let refused = parts.next(4).now_or_never().unwrap();
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn all_parts_together_hold_what_is_promised() {
        let sum: u64 = (1..=PARTS_MAX)
            .map(|number| size_of(number, 8) as u64)
            .sum();
        assert_eq!(sum, value_max(8));
        assert_eq!((size_of(1, 8), size_of(1_251, 8)), (8, 16));
    }
}
