//! What is mended within a frame. Pure.
//!
//! Two things that the driver cannot stand, wherever publishers may write them: short texts that are
//! not UTF-8, whose other bytes become question marks, and values nested too deep, which become what
//! RabbitMQ calls a byte array, with the same bytes in it. The layout is that of AMQP 0-9-1, section
//! 4.2.5, with the types of <https://www.rabbitmq.com/amqp-0-9-1-errata#section_3>.

/// How deep arrays and tables may be within each other. The driver reads them by recursion, on a
/// thread with two MiB of stack, of which a level takes up to four KiB.
pub(super) const DEPTH_MAX: u8 = 32;

/// What stands for a byte that is no text.
const NO_TEXT: u8 = b'?';

/// The class of all that has to do with messages.
const BASIC: u16 = 60;
/// Its methods that hold what publishers wrote.
const RETURN: u16 = 50;
const DELIVER: u16 = 60;
const GET_OK: u16 = 71;

/// Mends the properties of a message: the payload of a frame with a content header. Says where they
/// end; `None` if they are cut short or hold what is none of the types. No broker sends such, and the
/// driver says so.
pub(crate) fn content_header(payload: &mut [u8]) -> Option<usize> {
    /// Class, weight, and the size of the body.
    const BEFORE: usize = 2 + 2 + 8;
    /// What each flag of the properties, from the highest bit on, says is there.
    const PROPERTIES: [Field; 14] = [
        Field::Short,
        Field::Short,
        Field::Table,
        Field::Bytes(1),
        Field::Bytes(1),
        Field::Short,
        Field::Short,
        Field::Short,
        Field::Short,
        Field::Bytes(8),
        Field::Short,
        Field::Short,
        Field::Short,
        Field::Short,
    ];
    let mut reader = Reader::new(payload);
    reader.skip(BEFORE)?;
    let flags = reader.u16()?;
    for (number, field) in PROPERTIES.into_iter().enumerate() {
        if flags & (0x8000 >> number) != 0 {
            reader.field(field)?;
        }
    }
    Some(reader.at)
}

/// Mends a method: the texts of those that announce a message.
pub(super) fn method(payload: &mut [u8]) {
    const DELIVERED: [Field; 4] = [Field::Short, Field::Bytes(9), Field::Short, Field::Short];
    const RETURNED: [Field; 4] = [Field::Bytes(2), Field::Short, Field::Short, Field::Short];
    const GOT: [Field; 3] = [Field::Bytes(9), Field::Short, Field::Short];
    let mut reader = Reader::new(payload);
    let (Some(BASIC), Some(method)) = (reader.u16(), reader.u16()) else {
        return;
    };
    let fields: &[Field] = match method {
        DELIVER => &DELIVERED,
        RETURN => &RETURNED,
        GET_OK => &GOT,
        _ => return,
    };
    for field in fields {
        if reader.field(*field).is_none() {
            return;
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Field {
    /// So many bytes of no interest.
    Bytes(usize),
    /// A text of up to 255 bytes.
    Short,
    /// Names and values.
    Table,
}

/// Goes through a payload. Each step is `None` where the bytes end too early.
struct Reader<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn field(&mut self, field: Field) -> Option<()> {
        let end = self.bytes.len();
        match field {
            Field::Bytes(count) => self.skip(count),
            Field::Short => self.short(end),
            Field::Table => {
                let end = self.end_of(end)?;
                self.table(end, DEPTH_MAX)
            }
        }
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        let at = self.at.checked_add(count)?;
        (at <= self.bytes.len()).then(|| self.at = at)
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.bytes.get(self.at..)?.first_chunk()?;
        let number = u16::from_be_bytes(*bytes);
        self.at += 2;
        Some(number)
    }

    fn byte(&mut self, end: usize) -> Option<u8> {
        let byte = *self.bytes[..end].get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// Reads a length of four bytes; where that many bytes end.
    fn end_of(&mut self, end: usize) -> Option<usize> {
        let length = self.bytes[..end].get(self.at..)?.first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        self.at += 4;
        let inner = self.at.checked_add(length)?;
        (inner <= end).then_some(inner)
    }

    fn short(&mut self, end: usize) -> Option<()> {
        let length = self.byte(end)?;
        let from = self.at;
        self.skip(length.into())?;
        if self.at > end {
            return None;
        }
        mend_text(&mut self.bytes[from..self.at]);
        Some(())
    }

    fn table(&mut self, end: usize, depth: u8) -> Option<()> {
        while self.at < end {
            self.short(end)?;
            self.value(end, depth)?;
        }
        Some(())
    }

    fn value(&mut self, end: usize, depth: u8) -> Option<()> {
        let kind_at = self.at;
        let kind = self.byte(end)?;
        let count = match kind {
            b'V' => 0,
            b't' | b'b' | b'B' => 1,
            b's' | b'u' | b'U' => 2,
            b'I' | b'i' | b'f' => 4,
            b'D' => 5,
            b'L' | b'l' | b'd' | b'T' => 8,
            b'S' | b'x' | b'A' | b'F' => {
                let inner = self.end_of(end)?;
                return self.long(kind, kind_at, inner, depth);
            }
            _ => return None,
        };
        self.skip(count)?;
        (self.at <= end).then_some(())
    }

    /// A value that says how long it is, up to `end`.
    fn long(&mut self, kind: u8, kind_at: usize, end: usize, depth: u8) -> Option<()> {
        match (kind, depth.checked_sub(1)) {
            (b'A', Some(depth)) => {
                while self.at < end {
                    self.value(end, depth)?;
                }
            }
            (b'F', Some(depth)) => self.table(end, depth)?,
            (b'A' | b'F', None) => {
                self.bytes[kind_at] = b'x';
                self.at = end;
            }
            _ => self.at = end,
        }
        Some(())
    }
}

/// Writes over the bytes that are no text.
fn mend_text(bytes: &mut [u8]) {
    let mut at = 0;
    while let Err(error) = std::str::from_utf8(&bytes[at..]) {
        let from = at + error.valid_up_to();
        let to = error
            .error_len()
            .map_or(bytes.len(), |length| from + length);
        bytes[from..to].fill(NO_TEXT);
        at = to;
    }
}

#[cfg(test)]
mod tests;
