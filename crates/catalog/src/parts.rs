//! Objects as parts: what diff compares and merge puts together.

use std::collections::BTreeMap;

use crate::address::{Part, PartKind};
use crate::canonical::{Bytes, Canonical, DecodeError, Remembered, to_bytes};

/// A value that consists of parts.
pub trait Parted {
    /// Visits every part that is there, with its encoded value.
    fn each_part(&self, visit: &mut dyn FnMut(Part, Bytes));

    /// Replaces (`Some`) or removes (`None`) one part; `false` when the value has no place for such a part.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not a value of that part.
    fn set_part(&mut self, part: &Part, value: Option<&[u8]>) -> Result<bool, DecodeError>;

    /// All parts by name.
    fn parts(&self) -> BTreeMap<Part, Bytes> {
        let mut parts = BTreeMap::new();
        self.each_part(&mut |part, value| {
            parts.insert(part, value);
        });
        parts
    }
}

/// An entry of a map that is a part of its own.
pub trait PartItem: Canonical {
    /// What kind of part an entry is.
    const KIND: PartKind;
}

impl PartItem for String {
    const KIND: PartKind = PartKind::Option;
}

/// A field of a record, seen as parts.
pub trait PartField {
    /// As [`Parted::each_part`], for the field called `field`.
    fn each_part(&self, field: &'static str, visit: &mut dyn FnMut(Part, Bytes));

    /// As [`Parted::set_part`], for the field called `field`.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not a value of that part.
    fn set_part(
        &mut self,
        field: &'static str,
        part: &Part,
        value: Option<&[u8]>,
    ) -> Result<bool, DecodeError>;
}

impl<T: PartItem> PartField for BTreeMap<String, T> {
    fn each_part(&self, _field: &'static str, visit: &mut dyn FnMut(Part, Bytes)) {
        for (name, item) in self {
            visit(Part::new(T::KIND, name), to_bytes(item));
        }
    }

    fn set_part(
        &mut self,
        _field: &'static str,
        part: &Part,
        value: Option<&[u8]>,
    ) -> Result<bool, DecodeError> {
        if part.kind != T::KIND {
            return Ok(false);
        }
        match value {
            Some(bytes) => {
                self.insert(part.name.clone(), T::decode(bytes)?);
            }
            None => {
                self.remove(&part.name);
            }
        }
        Ok(true)
    }
}

impl<T> PartField for Remembered<T> {
    fn each_part(&self, _field: &'static str, _visit: &mut dyn FnMut(Part, Bytes)) {}

    fn set_part(
        &mut self,
        _field: &'static str,
        _part: &Part,
        _value: Option<&[u8]>,
    ) -> Result<bool, DecodeError> {
        Ok(false)
    }
}

/// A field whose whole value is one property.
pub(crate) trait PropertyField: Canonical + Default {}

impl PropertyField for String {}
impl PropertyField for bool {}
impl PropertyField for i64 {}
impl<T: Canonical> PropertyField for Option<T> {}
impl<T: Canonical> PropertyField for Vec<T> {}

impl<T: PropertyField> PartField for T {
    fn each_part(&self, field: &'static str, visit: &mut dyn FnMut(Part, Bytes)) {
        if !self.is_default() {
            visit(Part::property(field), to_bytes(self));
        }
    }

    fn set_part(
        &mut self,
        field: &'static str,
        part: &Part,
        value: Option<&[u8]>,
    ) -> Result<bool, DecodeError> {
        if part.kind != PartKind::Property || part.name != field {
            return Ok(false);
        }
        *self = value.map(T::decode).transpose()?.unwrap_or_default();
        Ok(true)
    }
}
