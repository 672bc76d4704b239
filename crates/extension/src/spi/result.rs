//! Results as values.

use std::ffi::CStr;
use std::slice;

use pggit_db::session::{Row, Value};
use pgrx::pg_sys;

use crate::error::raise;

/// The rows of the statement that ran last, none if it returns none. Detoasted values are put into `scratch`.
pub(super) fn rows(scratch: pg_sys::MemoryContext) -> Vec<Row> {
    // SAFETY: the table of the statement that ran last, not freed before this function returns; rows and row type are
    // the server's own, and a value is read by the type that the row type names.
    unsafe {
        let table = pg_sys::SPI_tuptable;
        if table.is_null() {
            return Vec::new();
        }
        let before = pg_sys::MemoryContextSwitchTo(scratch);
        let row_type = (*table).tupdesc;
        let columns =
            usize::try_from((*row_type).natts).expect("a row type has no negative number of columns");
        let decoders: Vec<Decoder> =
            (1..=columns).map(|column| decoder(pg_sys::SPI_gettypeid(row_type, column as i32))).collect();
        let utf8 = pg_sys::GetDatabaseEncoding() == pg_sys::pg_enc::PG_UTF8 as i32;
        let mut values = vec![pg_sys::Datum::null(); columns];
        let mut nulls = vec![false; columns];
        let tuples: &[pg_sys::HeapTuple] = match (*table).numvals {
            0 => &[],
            count => slice::from_raw_parts((*table).vals, count as usize),
        };
        let mut rows = Vec::with_capacity(tuples.len());
        for tuple in tuples {
            pg_sys::heap_deform_tuple(*tuple, row_type, values.as_mut_ptr(), nulls.as_mut_ptr());
            rows.push(Row(decoders
                .iter()
                .zip(values.iter().zip(&nulls))
                .map(
                    |(decoder, (value, is_null))| {
                        if *is_null { Value::Null } else { decoder.decode(*value, utf8) }
                    },
                )
                .collect()));
        }
        pg_sys::MemoryContextSwitchTo(before);
        rows
    }
}

/// How a column is read.
#[derive(Debug, Clone, Copy)]
enum Decoder {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Char,
    Name,
    Text,
    Bytes,
    TextArray,
    NameArray,
}

fn decoder(column_type: pg_sys::Oid) -> Decoder {
    match column_type {
        pg_sys::BOOLOID => Decoder::Bool,
        pg_sys::INT2OID => Decoder::Int2,
        pg_sys::INT4OID => Decoder::Int4,
        pg_sys::INT8OID => Decoder::Int8,
        pg_sys::OIDOID => Decoder::Oid,
        pg_sys::CHAROID => Decoder::Char,
        pg_sys::NAMEOID => Decoder::Name,
        pg_sys::TEXTOID | pg_sys::VARCHAROID => Decoder::Text,
        pg_sys::BYTEAOID => Decoder::Bytes,
        pg_sys::TEXTARRAYOID | pg_sys::VARCHARARRAYOID => Decoder::TextArray,
        pg_sys::NAMEARRAYOID => Decoder::NameArray,
        other => raise(
            "XX000",
            &format!("a query of pggit returns a column of the type with OID {}", other.to_u32()),
            None,
            None,
        ),
    }
}

impl Decoder {
    /// # Safety
    /// `value` is a value, not NULL, of the type that the decoder was chosen for.
    unsafe fn decode(self, value: pg_sys::Datum, utf8: bool) -> Value {
        let raw = value.value();
        // SAFETY: by the caller's promise.
        unsafe {
            match self {
                Self::Bool => Value::Bool(raw & 0xff != 0),
                Self::Int2 => Value::Int(i64::from(raw as i16)),
                Self::Int4 => Value::Int(i64::from(raw as i32)),
                Self::Int8 => Value::Int(raw as i64),
                Self::Oid => Value::Int(i64::from(raw as u32)),
                Self::Char => Value::Text(char_text(raw as u8)),
                Self::Name => Value::Text(text(CStr::from_ptr(value.cast_mut_ptr()).to_bytes(), utf8)),
                Self::Text => with_varlena(value, |bytes| Value::Text(text(bytes, utf8))),
                Self::Bytes => with_varlena(value, |bytes| Value::Bytes(bytes.to_vec())),
                Self::TextArray => Value::TextArray(array(value, pg_sys::TEXTOID, -1, b'i', |element| {
                    with_varlena(element, |bytes| text(bytes, utf8))
                })),
                Self::NameArray => Value::TextArray(array(
                    value,
                    pg_sys::NAMEOID,
                    pg_sys::NAMEDATALEN as i32,
                    b'c',
                    |element| text(CStr::from_ptr(element.cast_mut_ptr()).to_bytes(), utf8),
                )),
            }
        }
    }
}

/// The text form of a `"char"`: nothing for zero, an octal escape beyond ASCII.
fn char_text(byte: u8) -> String {
    match byte {
        0 => String::new(),
        1..=0x7f => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}

/// Reads the bytes of a variable-length value in place, or from a detoasted copy.
///
/// # Safety
/// `value` is a pointer to a variable-length value.
unsafe fn with_varlena<T>(value: pg_sys::Datum, read: impl FnOnce(&[u8]) -> T) -> T {
    // SAFETY: by the caller's promise; the packed form is readable by the two calls below it.
    unsafe {
        let stored: *mut pg_sys::varlena = value.cast_mut_ptr();
        let plain = if pgrx::varlena::varatt_is_1b_e(stored) || pgrx::varlena::varatt_is_4b_c(stored) {
            pg_sys::pg_detoast_datum_packed(stored)
        } else {
            stored
        };
        let bytes = slice::from_raw_parts(
            pgrx::varlena::vardata_any(plain).cast::<u8>(),
            pgrx::varlena::varsize_any_exhdr(plain),
        );
        let outcome = read(bytes);
        if !std::ptr::eq(plain, stored) {
            pg_sys::pfree(plain.cast());
        }
        outcome
    }
}

/// # Safety
/// `value` is an array whose elements have the type, length and alignment given, and are passed by reference.
unsafe fn array(
    value: pg_sys::Datum,
    element_type: pg_sys::Oid,
    length: i32,
    alignment: u8,
    read: impl Fn(pg_sys::Datum) -> String,
) -> Vec<Option<String>> {
    let mut elements = std::ptr::null_mut();
    let mut nulls = std::ptr::null_mut();
    let mut count = 0;
    // SAFETY: by the caller's promise; the call fills the three places, and both arrays have `count` elements.
    unsafe {
        let array = pg_sys::pg_detoast_datum(value.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        if (*array).ndim > 1 {
            raise("XX000", "a query of pggit returns an array of more than one dimension", None, None);
        }
        pg_sys::deconstruct_array(
            array,
            element_type,
            length,
            false,
            alignment as _,
            &raw mut elements,
            &raw mut nulls,
            &raw mut count,
        );
        (0..count as usize)
            .map(|index| if *nulls.add(index) { None } else { Some(read(*elements.add(index))) })
            .collect()
    }
}

/// Text in the encoding of the database as UTF-8.
fn text(bytes: &[u8], utf8: bool) -> String {
    let converted = if utf8 || bytes.is_ascii() { bytes.to_vec() } else { from_server_encoding(bytes) };
    String::from_utf8(converted).unwrap_or_else(|_| {
        raise(
            "22021",
            "text in the catalog is not in the encoding of the database",
            None,
            Some("In a database with encoding SQL_ASCII, the catalog's text has to be UTF-8."),
        )
    })
}

fn from_server_encoding(bytes: &[u8]) -> Vec<u8> {
    let source: *mut u8 = bytes.as_ptr().cast_mut();
    // SAFETY: the call reads the bytes and returns either its argument or a new NUL-terminated string.
    unsafe {
        let converted =
            pg_sys::pg_server_to_any(source.cast(), bytes.len() as i32, pg_sys::pg_enc::PG_UTF8 as i32);
        if std::ptr::eq(converted.cast::<u8>(), source) {
            bytes.to_vec()
        } else {
            CStr::from_ptr(converted).to_bytes().to_vec()
        }
    }
}
