//! Queries that list databases, or schemas of one.

use pggit_db::session::Session;
use pggit_migrate::scan;

use super::Member;
use crate::error::{Error, ErrorCode, Result};

/// Names of columns, and what stands in them.
const COLUMNS: &[(&str, Field)] = &[
    ("name", Field::Name),
    ("url", Field::Url),
    ("database_url", Field::Url),
    ("conninfo", Field::Url),
    ("dsn", Field::Url),
    ("database", Field::Database),
    ("datname", Field::Database),
    ("schema", Field::Schema),
    ("schema_name", Field::Schema),
    ("nspname", Field::Schema),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Url,
    Database,
    Schema,
}

/// The name of a column, and the value in it.
type Column = (String, Option<String>);

/// The members that a query lists, one a row, in its order. Columns are known by their names; the only column of a query
/// may have any name, and has connection strings or names of databases. The query runs in a read-only transaction.
///
/// # Errors
/// [`ErrorCode::Server`] for a query that fails, [`ErrorCode::InvalidArgument`] for a result that names no databases.
pub fn members_of_query<S: Session>(session: &mut S, query: &str) -> Result<Vec<Member>> {
    let query = statement(query)?;
    let template: Vec<&str> =
        include_str!("members.sql").lines().filter(|line| !line.starts_with("--")).collect();
    let sql = template.join("\n").replace("QUERY", query);
    let rows = session.in_one_snapshot(|session| session.query(&sql, &[])).map_err(|error| {
        let error = Error::from(error);
        let detail =
            error.detail.clone().unwrap_or_else(|| "It is the query that lists the fleet.".to_owned());
        error.detail(detail)
    })?;
    let mut values: Vec<(i64, Vec<Column>)> = Vec::new();
    for row in &rows {
        let value = (row.text(1)?.to_owned(), row.optional_text(2)?.map(str::to_owned));
        match values.last_mut() {
            Some((number, columns)) if *number == row.int(0)? => columns.push(value),
            _ => values.push((row.int(0)?, vec![value])),
        }
    }
    if values.is_empty() {
        return Err(Error::new(ErrorCode::InvalidArgument, "the query lists no databases"));
    }
    values.iter().map(|(number, columns)| member(*number, columns)).collect()
}

/// The only statement of a text, without what stands behind it.
fn statement(text: &str) -> Result<&str> {
    let wrong = |message: &str| Error::new(ErrorCode::InvalidArgument, message);
    let script = scan(text).map_err(|error| wrong(&format!("the query that lists the fleet: {error}")))?;
    match script.statements[..] {
        [ref statement] => Ok(statement.sql.trim_end().trim_end_matches(';')),
        _ => Err(wrong("the query that lists the fleet has to be one statement")),
    }
}

fn member(number: i64, columns: &[Column]) -> Result<Member> {
    let field = |name: &str| COLUMNS.iter().find(|(known, _)| *known == name).map(|(_, field)| *field);
    if let [(name, Some(text))] = columns
        && field(name).is_none()
    {
        return Ok(Member::of_text(text));
    }
    let mut member = Member::default();
    for (name, value) in columns {
        let place = match field(name) {
            Some(Field::Name) => &mut member.name,
            Some(Field::Url) => &mut member.url,
            Some(Field::Database) => &mut member.database,
            Some(Field::Schema) => &mut member.schema,
            None => {
                let known: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
                let message = format!("the query that lists the fleet has an unknown column \"{name}\"");
                return Err(Error::new(ErrorCode::InvalidArgument, message)
                    .hint(format!("Known are: {}.", known.join(", "))));
            }
        };
        *place = value.clone().filter(|value| !value.is_empty());
    }
    match member {
        Member { url: None, database: None, schema: None, .. } => {
            let message = format!("row {number} of the query that lists the fleet names no database");
            Err(Error::new(ErrorCode::InvalidArgument, message))
        }
        Member { url: Some(_), database: Some(_), .. } => {
            let message =
                format!("row {number} of the query that lists the fleet has both a URL and a database");
            Err(Error::new(ErrorCode::InvalidArgument, message))
        }
        member => Ok(member),
    }
}
