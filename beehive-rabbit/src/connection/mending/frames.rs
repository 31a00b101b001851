//! Cuts what comes into frames. Pure.

use std::io;

use super::payload;

const METHOD: u8 = 1;
const CONTENT_HEADER: u8 = 2;
/// What a broker says that speaks another version, and nothing after it: no frame.
const PROTOCOL_HEADER: u8 = b'A';
/// Type, channel, and the size of the payload.
const HEAD: usize = 1 + 2 + 4;
/// The octet at the end.
const END: usize = 1;
/// The largest frame that is looked into. Brokers send frames of up to 128 KiB, unless they are
/// configured otherwise.
const LOOKED_INTO_MAX: usize = 16 * 1024 * 1024;

/// Cuts what comes into frames and mends them, however the bytes are cut.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The beginning of a frame, as far as it came.
    held: Vec<u8>,
    /// How much of a frame that is not looked into has still to come.
    passing: usize,
}

/// What is done with a frame.
enum Way {
    /// It is looked into when so many bytes of it are there.
    Whole(usize),
    /// So many bytes of it are passed on.
    Passed(usize),
}

impl Frames {
    /// Takes in what came, and adds to `out` what the driver may see.
    ///
    /// # Errors
    /// `InvalidData` if a frame is larger than any broker sends.
    pub(super) fn feed(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        while !input.is_empty() {
            if self.passing > 0 {
                let passed = take(&mut input, self.passing);
                self.passing -= passed.len();
                out.extend_from_slice(passed);
                continue;
            }
            if self.held.is_empty() && self.feed_whole(&mut input, out)? {
                continue;
            }
            let known = self.held.first_chunk().copied().map(way).transpose()?;
            match known {
                None => {
                    let missing = HEAD - self.held.len();
                    self.held.extend_from_slice(take(&mut input, missing));
                    // So that what is refused is refused at once, and what passes passes.
                    let known = self.held.first_chunk().copied().map(way).transpose()?;
                    if let Some(Way::Passed(length)) = known {
                        self.passing = length - self.held.len();
                        out.append(&mut self.held);
                    }
                }
                Some(Way::Whole(length)) => {
                    let missing = length - self.held.len();
                    self.held.extend_from_slice(take(&mut input, missing));
                    if self.held.len() == length {
                        mend(&mut self.held);
                        out.append(&mut self.held);
                    }
                }
                Some(Way::Passed(length)) => {
                    self.passing = length - self.held.len();
                    out.append(&mut self.held);
                }
            }
        }
        Ok(())
    }

    /// The way of most frames, which are there from their beginning to their end.
    fn feed_whole(&mut self, input: &mut &[u8], out: &mut Vec<u8>) -> io::Result<bool> {
        let Some(&head) = input.first_chunk() else {
            return Ok(false);
        };
        match way(head)? {
            Way::Whole(length) if length <= input.len() => {
                let start = out.len();
                out.extend_from_slice(take(input, length));
                mend(&mut out[start..]);
                Ok(true)
            }
            Way::Whole(_) => Ok(false),
            Way::Passed(length) => {
                self.passing = length;
                Ok(true)
            }
        }
    }
}

/// What is done with the frame that begins so.
fn way(head: [u8; HEAD]) -> io::Result<Way> {
    let [kind, _, _, size @ ..] = head;
    if kind == PROTOCOL_HEADER {
        return Ok(Way::Passed(usize::MAX));
    }
    let size = usize::try_from(u32::from_be_bytes(size)).unwrap_or(usize::MAX);
    let length = size.saturating_add(HEAD + END);
    if !matches!(kind, METHOD | CONTENT_HEADER) {
        return Ok(Way::Passed(length));
    }
    if length > LOOKED_INTO_MAX {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the broker sent a method or a content header of more than 16 MiB",
        ));
    }
    Ok(Way::Whole(length))
}

/// Mends a whole frame in place.
fn mend(frame: &mut [u8]) {
    let is_method = frame[0] == METHOD;
    let end = frame.len() - END;
    let payload = &mut frame[HEAD..end];
    if is_method {
        payload::method(payload);
    } else {
        payload::content_header(payload);
    }
}

/// Cuts off up to so many bytes.
fn take<'a>(input: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(count.min(input.len()));
    *input = rest;
    taken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let size = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&[kind, 0, 1][..], &size, payload, &[0xce]].concat()
    }

    /// A content header with this text for its message id.
    fn header(id: &[u8]) -> Vec<u8> {
        let length = u8::try_from(id.len()).unwrap();
        let before = [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5];
        frame(
            CONTENT_HEADER,
            &[&before[..], &[0, 0x80, length], id].concat(),
        )
    }

    fn fed(pieces: &[&[u8]]) -> io::Result<Vec<u8>> {
        let (mut frames, mut out) = (Frames::default(), Vec::new());
        for piece in pieces {
            frames.feed(piece, &mut out)?;
        }
        Ok(out)
    }

    #[test]
    fn only_what_publishers_wrote_is_mended() {
        let body = frame(3, b"\xff\xfe body");
        let heartbeat = frame(8, b"");
        let sent = [
            header(b"a\xff\xfe"),
            body.clone(),
            heartbeat.clone(),
            header(b"sound"),
        ];
        let mended = [header(b"a??"), body, heartbeat, header(b"sound")];
        assert_eq!(fed(&[&sent.concat()]).unwrap(), mended.concat());
    }

    #[test]
    fn what_is_no_frame_is_passed_on() {
        let refusal = b"AMQP\x00\x00\x09\x01".to_vec();
        assert_eq!(fed(&[&refusal]).unwrap(), refusal);
        let strange = frame(77, b"\xff");
        assert_eq!(fed(&[&strange]).unwrap(), strange);
    }

    #[test]
    fn a_frame_that_no_broker_sends_is_refused_before_it_comes() {
        let huge = [CONTENT_HEADER, 0, 1, 0xff, 0xff, 0xff, 0xff];
        let error = fed(&[&huge]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_bytes_are_cut(
            kinds in proptest::collection::vec(0_u8..5, 1..6),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let frames = kinds.iter().map(|kind| match kind {
                0 => header(b"\xc3\x28 id"),
                1 => frame(METHOD, b"\x00\x3c\x00\x3c\x01\xff\0\0\0\0\0\0\0\x01\0\x01\xfe\x01\xfd"),
                2 => frame(3, b"a body"),
                3 => frame(8, b""),
                _ => header(b"sound"),
            });
            let sent: Vec<u8> = frames.flatten().collect();
            let whole = fed(&[&sent]).unwrap();
            prop_assert_eq!(whole.len(), sent.len());
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(sent.len() + 1)).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut rest = sent.as_slice();
            let mut at = 0;
            for cut in cuts {
                pieces.push(take(&mut rest, cut - at));
                at = cut;
            }
            pieces.push(rest);
            prop_assert_eq!(fed(&pieces).unwrap(), whole);
        }
    }
}
