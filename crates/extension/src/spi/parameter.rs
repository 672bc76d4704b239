//! Parameters as the server takes them.

use std::borrow::Cow;
use std::ptr;

use pggit_db::session::Param;
use pgrx::pg_sys;

use crate::error::raise;

/// Types, values and NULL marks of the parameters of one statement.
pub(super) struct Parameters {
    pub types: Vec<pg_sys::Oid>,
    pub values: Vec<pg_sys::Datum>,
    /// `n` for NULL, a space otherwise.
    pub nulls: Vec<u8>,
}

impl Parameters {
    /// Builds the values in `context`.
    pub(super) fn build(params: &[Param<'_>], context: pg_sys::MemoryContext) -> Self {
        let mut built = Self {
            types: Vec::with_capacity(params.len()),
            values: Vec::with_capacity(params.len()),
            nulls: Vec::with_capacity(params.len()),
        };
        // SAFETY: `context` lives as long as the session; the caller's context is put back, and after an error the
        // server sets one of its own.
        let before = unsafe { pg_sys::MemoryContextSwitchTo(context) };
        for param in params {
            let (kind, value) = datum(param);
            built.types.push(kind);
            built.nulls.push(if value.is_some() { b' ' } else { b'n' });
            built.values.push(value.unwrap_or(pg_sys::Datum::null()));
        }
        // SAFETY: as above.
        unsafe { pg_sys::MemoryContextSwitchTo(before) };
        built
    }
}

fn datum(param: &Param<'_>) -> (pg_sys::Oid, Option<pg_sys::Datum>) {
    match param {
        Param::Null => (pg_sys::TEXTOID, None),
        Param::Bool(value) => (pg_sys::BOOLOID, Some(pg_sys::Datum::from(*value))),
        Param::Int(value) => (pg_sys::INT8OID, Some(pg_sys::Datum::from(*value))),
        Param::Text(value) => (pg_sys::TEXTOID, Some(text_datum(value))),
        Param::Bytes(value) => (pg_sys::BYTEAOID, Some(varlena_datum(value))),
        Param::TextArray(values) => {
            let elements = values.iter().map(|value| Some(text_datum(value)));
            (pg_sys::TEXTARRAYOID, Some(array_datum(elements, VARLENA, pg_sys::TEXTOID)))
        }
        Param::NullableTextArray(values) => {
            let elements = values.iter().map(|value| value.as_deref().map(text_datum));
            (pg_sys::TEXTARRAYOID, Some(array_datum(elements, VARLENA, pg_sys::TEXTOID)))
        }
        Param::BytesArray(values) => {
            let elements = values.iter().map(|value| Some(varlena_datum(value)));
            (pg_sys::BYTEAARRAYOID, Some(array_datum(elements, VARLENA, pg_sys::BYTEAOID)))
        }
        Param::IntArray(values) => {
            let elements = values.iter().map(|value| Some(pg_sys::Datum::from(*value)));
            (pg_sys::INT8ARRAYOID, Some(array_datum(elements, EIGHT_BYTES, pg_sys::INT8OID)))
        }
    }
}

/// Length, passed by value, alignment of an element type, as in `pg_type`.
type ElementLayout = (i32, bool, u8);
const VARLENA: ElementLayout = (-1, false, b'i');
const EIGHT_BYTES: ElementLayout = (8, true, b'd');

fn text_datum(text: &str) -> pg_sys::Datum {
    if text.as_bytes().contains(&0) {
        raise("22021", "a text value contains a zero byte", None, None);
    }
    varlena_datum(&to_server_encoding(text))
}

fn varlena_datum(bytes: &[u8]) -> pg_sys::Datum {
    let Ok(length) = i32::try_from(bytes.len()) else {
        raise("54000", "a value is longer than one gigabyte", None, None);
    };
    // SAFETY: copies `length` bytes into a new allocation of the current context. `text` and `bytea` have one layout.
    pg_sys::Datum::from(unsafe { pg_sys::cstring_to_text_with_len(bytes.as_ptr().cast(), length) })
}

fn array_datum(
    elements: impl Iterator<Item = Option<pg_sys::Datum>>,
    (length, by_value, alignment): ElementLayout,
    element_type: pg_sys::Oid,
) -> pg_sys::Datum {
    let (mut values, mut nulls): (Vec<_>, Vec<_>) =
        elements.map(|value| (value.unwrap_or(pg_sys::Datum::null()), value.is_none())).unzip();
    let mut dimensions = [values.len() as i32];
    let mut lower_bounds = [1];
    // SAFETY: the arrays have as many elements as the one dimension says (none for an empty array, which the server
    // makes of it), and are copied by the call.
    pg_sys::Datum::from(unsafe {
        pg_sys::construct_md_array(
            values.as_mut_ptr(),
            nulls.as_mut_ptr(),
            1,
            dimensions.as_mut_ptr(),
            lower_bounds.as_mut_ptr(),
            element_type,
            length,
            by_value,
            alignment as _,
        )
    })
}

/// `text` in the encoding of the database.
pub(super) fn to_server_encoding(text: &str) -> Cow<'_, [u8]> {
    // SAFETY: plain read of the backend's own state.
    if text.is_ascii() || unsafe { pg_sys::GetDatabaseEncoding() } == pg_sys::pg_enc::PG_UTF8 as i32 {
        return Cow::Borrowed(text.as_bytes());
    }
    let source = text.as_ptr().cast_mut();
    // SAFETY: the call reads `len` bytes and returns either its argument or a new NUL-terminated string.
    unsafe {
        let converted =
            pg_sys::pg_any_to_server(source.cast(), text.len() as i32, pg_sys::pg_enc::PG_UTF8 as i32);
        if converted.is_null() || ptr::eq(converted.cast::<u8>(), source) {
            Cow::Borrowed(text.as_bytes())
        } else {
            Cow::Owned(std::ffi::CStr::from_ptr(converted).to_bytes().to_vec())
        }
    }
}
