//! Encodings of the types that records are made of.

use std::collections::BTreeMap;
use std::fmt;

use super::{Canonical, DecodeError, Reader, put_item, put_unsigned};
use crate::ident::QualifiedName;

/// An encoded value, as merge and storage carry it.
pub type Bytes = Vec<u8>;

/// A value that is stored but is not part of equality: the order of columns, dependencies.
#[derive(Clone, Default)]
pub struct Remembered<T>(pub T);

impl<T> PartialEq for Remembered<T> {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl<T> Eq for Remembered<T> {}

impl<T: fmt::Debug> fmt::Debug for Remembered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Canonical> Canonical for Remembered<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        self.0.encode(out);
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        T::decode(input).map(Self)
    }

    fn is_default(&self) -> bool {
        self.0.is_default()
    }
}

impl Canonical for String {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        String::from_utf8(input.to_vec()).map_err(|_| DecodeError::Utf8)
    }

    fn is_default(&self) -> bool {
        self.is_empty()
    }
}

impl Canonical for bool {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        match input {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(DecodeError::Range),
        }
    }

    fn is_default(&self) -> bool {
        !*self
    }
}

impl Canonical for u64 {
    fn encode(&self, out: &mut Vec<u8>) {
        put_unsigned(out, *self);
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(input);
        let value = reader.unsigned()?;
        reader.end()?;
        Ok(value)
    }

    fn is_default(&self) -> bool {
        *self == 0
    }
}

impl Canonical for i64 {
    fn encode(&self, out: &mut Vec<u8>) {
        put_unsigned(out, ((self << 1) ^ (self >> 63)).cast_unsigned());
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let zigzag = u64::decode(input)?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    fn is_default(&self) -> bool {
        *self == 0
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(1);
                value.encode(out);
            }
        }
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        match input.split_first() {
            Some((0, [])) => Ok(None),
            Some((1, rest)) => T::decode(rest).map(Some),
            _ => Err(DecodeError::Range),
        }
    }

    fn is_default(&self) -> bool {
        self.is_none()
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        put_unsigned(out, u64::try_from(self.len()).expect("a length fits 64 bits"));
        for item in self {
            put_item(out, |out| item.encode(out));
        }
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(input);
        let count = reader.unsigned()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(T::decode(reader.item()?)?);
        }
        reader.end()?;
        Ok(items)
    }

    fn is_default(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Canonical> Canonical for BTreeMap<String, T> {
    fn encode(&self, out: &mut Vec<u8>) {
        put_unsigned(out, u64::try_from(self.len()).expect("a length fits 64 bits"));
        for (key, value) in self {
            put_item(out, |out| key.encode(out));
            put_item(out, |out| value.encode(out));
        }
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(input);
        let count = reader.unsigned()?;
        let mut items = Self::new();
        for _ in 0..count {
            let key = String::decode(reader.item()?)?;
            items.insert(key, T::decode(reader.item()?)?);
        }
        reader.end()?;
        Ok(items)
    }

    fn is_default(&self) -> bool {
        self.is_empty()
    }
}

impl<A: Canonical, B: Canonical> Canonical for (A, B) {
    fn encode(&self, out: &mut Vec<u8>) {
        put_item(out, |out| self.0.encode(out));
        put_item(out, |out| self.1.encode(out));
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(input);
        let value = (A::decode(reader.item()?)?, B::decode(reader.item()?)?);
        reader.end()?;
        Ok(value)
    }

    fn is_default(&self) -> bool {
        self.0.is_default() && self.1.is_default()
    }
}

impl Canonical for QualifiedName {
    fn encode(&self, out: &mut Vec<u8>) {
        put_item(out, |out| self.schema.encode(out));
        put_item(out, |out| self.name.encode(out));
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let (schema, name) = Canonical::decode(input)?;
        Ok(Self { schema, name })
    }

    fn is_default(&self) -> bool {
        self.schema.is_empty() && self.name.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::canonical::to_bytes;

    proptest! {
        #[test]
        fn integers_round_trip(value: i64, count: u64) {
            prop_assert_eq!(i64::decode(&to_bytes(&value)), Ok(value));
            prop_assert_eq!(u64::decode(&to_bytes(&count)), Ok(count));
        }

        #[test]
        fn nested_values_round_trip(value: BTreeMap<String, Vec<Option<String>>>) {
            prop_assert_eq!(BTreeMap::decode(&to_bytes(&value)), Ok(value));
        }

        #[test]
        fn any_bytes_decode_or_fail_cleanly(bytes: Vec<u8>) {
            let _ = BTreeMap::<String, Vec<Option<i64>>>::decode(&bytes);
        }
    }
}
