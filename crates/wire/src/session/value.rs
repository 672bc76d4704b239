//! Values to and from the wire.

use pggit_db::session::{Param, Row, SessionError, Value};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// A parameter with the type it is sent as, so that the server has nothing to guess.
pub(super) fn bind<'a>(params: &[Param<'a>]) -> Vec<(Bound<'a>, Type)> {
    let type_of = |param: &Param<'_>| match param {
        Param::Null | Param::Text(_) => Type::TEXT,
        Param::Bool(_) => Type::BOOL,
        Param::Int(_) => Type::INT8,
        Param::Bytes(_) => Type::BYTEA,
        Param::TextArray(_) | Param::NullableTextArray(_) => Type::TEXT_ARRAY,
        Param::BytesArray(_) => Type::BYTEA_ARRAY,
        Param::IntArray(_) => Type::INT8_ARRAY,
    };
    params.iter().map(|param| (Bound(*param), type_of(param))).collect()
}

/// A parameter as the client library takes it.
#[derive(Debug)]
pub(super) struct Bound<'a>(Param<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        type_: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Param::Null => Ok(IsNull::Yes),
            Param::Bool(value) => value.to_sql(type_, out),
            Param::Int(value) => value.to_sql(type_, out),
            Param::Text(value) => value.to_sql(type_, out),
            Param::Bytes(value) => value.to_sql(type_, out),
            Param::TextArray(value) => value.to_sql(type_, out),
            Param::NullableTextArray(value) => value.to_sql(type_, out),
            Param::BytesArray(value) => value.to_sql(type_, out),
            Param::IntArray(value) => value.to_sql(type_, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // The type is always the one that `bind` gave.
        true
    }

    to_sql_checked!();
}

/// Decodes a row by the types of its columns.
pub(super) fn decode(row: &tokio_postgres::Row) -> Result<Row, SessionError> {
    (0..row.len()).map(|column| decode_column(row, column)).collect::<Result<_, _>>().map(Row)
}

fn decode_column(row: &tokio_postgres::Row, column: usize) -> Result<Value, SessionError> {
    let type_ = row.columns()[column].type_();
    let value = match *type_ {
        Type::BOOL => get(row, column)?.map(Value::Bool),
        Type::INT2 => get::<i16>(row, column)?.map(|value| Value::Int(value.into())),
        Type::INT4 => get::<i32>(row, column)?.map(|value| Value::Int(value.into())),
        Type::INT8 => get(row, column)?.map(Value::Int),
        Type::OID => get::<u32>(row, column)?.map(|value| Value::Int(value.into())),
        Type::TEXT | Type::VARCHAR | Type::NAME => get(row, column)?.map(Value::Text),
        Type::CHAR => get(row, column)?.map(|value| Value::Text(char_text(value))),
        Type::BYTEA => get(row, column)?.map(Value::Bytes),
        Type::TEXT_ARRAY | Type::NAME_ARRAY => get(row, column)?.map(Value::TextArray),
        // The type of a NULL or string constant that nothing else decided.
        Type::UNKNOWN => get(row, column)?.map(Value::Text),
        _ => return Err(unexpected_type(row, column)),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// The text form of `"char"`, as PostgreSQL 16 and later give it.
fn char_text(value: i8) -> String {
    match value.cast_unsigned() {
        0 => String::new(),
        byte if byte.is_ascii() => char::from(byte).to_string(),
        byte => format!("\\{byte:03o}"),
    }
}

fn get<'a, T: FromSql<'a>>(row: &'a tokio_postgres::Row, column: usize) -> Result<Option<T>, SessionError> {
    row.try_get(column).map_err(|error| SessionError {
        sqlstate: "XX000".into(),
        message: format!(
            "column {column} (\"{}\") of a query result can't be decoded",
            row.columns()[column].name()
        ),
        detail: std::error::Error::source(&error).map(ToString::to_string),
        ..SessionError::default()
    })
}

fn unexpected_type(row: &tokio_postgres::Row, column: usize) -> SessionError {
    let description = &row.columns()[column];
    SessionError {
        sqlstate: "XX000".into(),
        message: format!(
            "column {column} (\"{}\") of a query result has type {}, which is not decoded",
            description.name(),
            description.type_()
        ),
        hint: Some("Cast it to text in the query.".into()),
        ..SessionError::default()
    }
}
