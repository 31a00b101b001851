//! What must hold of what comes from a broker, whatever it is.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use lapin::protocol::basic::parse_properties;

use super::frames::Frames;
use super::payload;

/// Bytes from a broker, after one that says how they are cut.
///
/// No length changes, nothing is held back but the beginning of a frame, and it does not matter how
/// the bytes are cut. What was mended once needs it no more.
pub(crate) fn frames(data: &[u8]) {
    let Some((cut, data)) = data.split_first() else {
        return;
    };
    let whole = fed([data].into_iter());
    let pieces = fed(data.chunks(usize::from(*cut) + 1));
    assert_eq!(whole, pieces);
    let Some(whole) = whole else {
        return;
    };
    assert!(whole.len() <= data.len());
    let again = fed([whole.as_slice()].into_iter()).unwrap();
    assert_eq!(again, whole);
}

/// Everything that comes out; `None` if it is refused.
fn fed<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let (mut frames, mut out) = (Frames::default(), Vec::new());
    for piece in pieces {
        frames.feed(piece, &mut out).ok()?;
    }
    Some(out)
}

/// Properties as they are on the wire.
///
/// What keeps to the layout can be read by the driver afterwards, and only that.
pub(crate) fn properties(data: &[u8]) {
    const BEFORE: usize = 12;
    let mut sent = [&[0; BEFORE][..], data].concat();
    let end = payload::content_header(&mut sent);
    let mended = &sent[BEFORE..];
    assert_eq!(mended.len(), data.len());
    match (end, parse_properties(mended)) {
        (Some(end), Ok((rest, _))) => assert_eq!(rest.len(), sent.len() - end),
        (None, Err(_)) => {}
        (end, read) => panic!("{end:?}, and the driver reads {read:?}"),
    }
}

#[cfg(test)]
mod tests {
    use lapin::protocol::basic::gen_properties;
    use proptest::prelude::*;

    use super::*;
    use crate::codec::arbitrary;

    /// Properties of any program, of which some bytes are others.
    fn spoiled() -> impl Strategy<Value = Vec<u8>> {
        let spots = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
        (arbitrary::properties(), spots).prop_map(|(properties, spots)| {
            let sent = gen_properties(&properties)(Vec::new().into());
            let mut sent = sent.unwrap().into_inner().0;
            for (spot, byte) in spots {
                let at = spot.index(sent.len());
                sent[at] = byte;
            }
            sent
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn any_properties(sent in spoiled()) {
            properties(&sent);
        }

        #[test]
        fn any_frames(
            pieces in proptest::collection::vec((0_u8..10, spoiled(), any::<bool>()), 0..4),
            cut in any::<u8>(),
        ) {
            let mut data = vec![cut];
            for (kind, payload, is_method) in pieces {
                let before: &[u8] = if is_method { &[0, 60, 0, 60] } else { &[0; 12] };
                let length = u32::try_from(before.len() + payload.len()).unwrap();
                data.extend([kind, 0, 1]);
                data.extend(length.to_be_bytes());
                data.extend(before);
                data.extend(payload);
                data.push(0xce);
            }
            frames(&data);
        }
    }
}
