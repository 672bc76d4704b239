//! The canonical encoding: the same value gives the same bytes, for ever.
//!
//! A record is a sequence of fields `tag, length, payload` in ascending order of tags; a field that has its default
//! value is left out, so a field that is added later does not change the bytes of older values. Integers are LEB128,
//! signed ones zigzag; text is UTF-8; lists and maps are a count and length-prefixed items, maps in key order.
//! `docs/reference/encoding.md` describes the format, test vectors pin it.

mod primitive;
mod record;

use thiserror::Error;

pub use primitive::{Bytes, Remembered};
pub(crate) use record::{choice, record};

/// Bytes that are not a value of the expected type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The bytes end before the value does.
    #[error("canonical encoding ends early")]
    Truncated,
    /// Bytes are left after the value.
    #[error("canonical encoding has {0} bytes too many")]
    Trailing(usize),
    /// A length, count or number is out of range.
    #[error("canonical encoding holds a number that is out of range")]
    Range,
    /// Text is not UTF-8.
    #[error("canonical encoding holds text that is not UTF-8")]
    Utf8,
    /// A tag or code that this version does not know: written by a later version.
    #[error("canonical encoding holds the unknown code {code} for {what}")]
    UnknownCode {
        /// What the code stands for.
        what: &'static str,
        /// The code.
        code: u64,
    },
}

/// A value with a canonical encoding.
pub trait Canonical: Sized {
    /// Appends the payload.
    fn encode(&self, out: &mut Vec<u8>);

    /// Reads a value from the whole of `input`.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not such a value.
    fn decode(input: &[u8]) -> Result<Self, DecodeError>;

    /// Whether a record leaves a field of this value out.
    fn is_default(&self) -> bool;
}

/// A cursor over encoded bytes.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `input`.
    #[must_use]
    pub fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    /// Whether everything was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The bytes that are left.
    pub fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// Reads an unsigned LEB128 number.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes end or the number needs more than 64 bits.
    pub fn unsigned(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(DecodeError::Truncated)?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(DecodeError::Range);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeError::Range)
    }

    /// Reads a length and that many bytes.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes end.
    pub fn item(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(self.unsigned()?).map_err(|_| DecodeError::Range)?;
        if length > self.rest.len() {
            return Err(DecodeError::Truncated);
        }
        let (item, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok(item)
    }

    /// Succeeds when nothing is left.
    ///
    /// # Errors
    /// [`DecodeError::Trailing`] otherwise.
    pub fn end(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing(self.rest.len())) }
    }
}

/// Appends an unsigned LEB128 number.
pub fn put_unsigned(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let byte = u8::try_from(value & 0x7f).expect("seven bits fit");
        value >>= 7;
        if value == 0 {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

/// Appends the length of what `write` appends, and then that.
pub fn put_item(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    // One byte holds the length of nearly every item; longer ones are moved.
    out.push(0);
    write(out);
    let length = out.len() - start - 1;
    if let (true, Ok(byte)) = (length < 0x80, u8::try_from(length)) {
        out[start] = byte;
    } else {
        let mut prefix = Vec::with_capacity(4);
        put_unsigned(&mut prefix, u64::try_from(length).expect("a length fits 64 bits"));
        out.splice(start..=start, prefix);
    }
}

/// The encoding of one value.
pub fn to_bytes<T: Canonical>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    out
}
