//! [`Queue`]: statements put together, to be sent in one message.

use pggit_catalog::ident::quote_literal;

use crate::session::{Param, Row, Session, SessionError};

/// A [`Session`] that runs nothing: it writes down what it is told to run, as a script with the parameters in it, so that
/// all goes to the server in one message. It has no rows to give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    text: String,
}

impl Queue {
    /// The script.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Session for Queue {
    fn query(&mut self, _: &str, _: &[Param<'_>]) -> Result<Vec<Row>, SessionError> {
        Err(SessionError {
            sqlstate: "0A000".into(),
            message: "a query has no place among statements that are sent together".into(),
            ..SessionError::default()
        })
    }

    fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, SessionError> {
        self.text.push_str(&with_values(sql, params));
        self.text.push_str(";\n");
        Ok(0)
    }

    fn script(&mut self, sql: &str) -> Result<(), SessionError> {
        self.text.push_str(sql);
        self.text.push_str(";\n");
        Ok(())
    }

    fn as_owner<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        work(self)
    }

    fn in_one_snapshot<T, E: From<SessionError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        work(self)
    }
}

/// A statement of ours with literals in place of `$1`, `$2`, …; what stands in quotes stays as it is.
fn with_values(sql: &str, params: &[Param<'_>]) -> String {
    let mut text = String::with_capacity(sql.len() + 64);
    let mut quote = None;
    let mut characters = sql.chars().peekable();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), _) => {
                if c == open {
                    quote = None;
                }
                text.push(c);
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                text.push(c);
            }
            (None, '$') => {
                let mut number = String::new();
                while let Some(digit) = characters.next_if(char::is_ascii_digit) {
                    number.push(digit);
                }
                match number.parse::<usize>().ok().and_then(|number| params.get(number.wrapping_sub(1))) {
                    Some(param) => text.push_str(&literal(param)),
                    None => {
                        text.push('$');
                        text.push_str(&number);
                    }
                }
            }
            (None, _) => text.push(c),
        }
    }
    text
}

fn literal(param: &Param<'_>) -> String {
    let array =
        |elements: Vec<String>, type_: &str| format!("ARRAY[{}]::pg_catalog.{type_}[]", elements.join(", "));
    match *param {
        Param::Null => "NULL".to_owned(),
        Param::Bool(value) => value.to_string(),
        Param::Int(value) => format!("('{value}'::pg_catalog.int8)"),
        Param::Text(text) => quote_literal(text),
        Param::Bytes(bytes) => bytea(bytes),
        Param::TextArray(texts) => array(texts.iter().map(|text| quote_literal(text)).collect(), "text"),
        Param::NullableTextArray(texts) => array(
            texts
                .iter()
                .map(|text| text.as_deref().map_or_else(|| "NULL".to_owned(), quote_literal))
                .collect(),
            "text",
        ),
        Param::BytesArray(values) => array(values.iter().map(|value| bytea(value)).collect(), "bytea"),
        Param::IntArray(values) => array(values.iter().map(ToString::to_string).collect(), "int8"),
    }
}

fn bytea(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("pg_catalog.decode('{hex}', 'hex')")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_places_of_parameters() {
        let mut queue = Queue::default();
        queue
            .execute(
                "INSERT INTO \"a$1\" SELECT $2::pg_catalog.text, $1, '$1', $10, $3",
                &[Param::Int(-5), Param::Text("it's\\"), Param::Null],
            )
            .expect("queued");
        queue.script("COMMIT").expect("queued");
        assert_eq!(
            queue.as_str(),
            "INSERT INTO \"a$1\" SELECT E'it''s\\\\'::pg_catalog.text, ('-5'::pg_catalog.int8), '$1', $10, NULL;\nCOMMIT;\n"
        );
        assert!(queue.query("SELECT 1", &[]).is_err());
    }
}
