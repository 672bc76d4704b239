//! From the client library's errors to [`SessionError`].

use std::error::Error as _;

use pggit_db::session::SessionError;
use postgres::error::{DbError, ErrorPosition};

use crate::settings::{ConnectionSettings, Endpoint};

/// What an error means for the connection.
pub(super) enum Failure {
    /// The statement failed; the connection can be used.
    Statement(SessionError),
    /// The connection can't be used any more.
    Connection(SessionError),
    /// The server waits for the data of a COPY, which nothing but that data or its own end gets it out of.
    AwaitsCopy(SessionError),
}

pub(super) fn classify(error: &postgres::Error, settings: &ConnectionSettings) -> Failure {
    if let Some(error) = error.as_db_error() {
        return Failure::Statement(from_server(error));
    }
    let text = error.to_string();
    if error.is_closed() || text == "error communicating with the server" {
        return Failure::Connection(SessionError {
            sqlstate: "08006".into(),
            message: format!("connection to {} was lost", describe(settings)),
            detail: error.source().map(|cause| sentence(&cause.to_string())),
            ..SessionError::default()
        });
    }
    if text == "unexpected message from server" {
        return Failure::AwaitsCopy(SessionError {
            sqlstate: "0A000".into(),
            message: "COPY from or to the client can't be part of a script".into(),
            hint: Some("Use INSERT, or COPY with a file on the server.".into()),
            ..SessionError::default()
        });
    }
    Failure::Statement(SessionError {
        sqlstate: "XX000".into(),
        message: text,
        detail: error.source().map(|cause| sentence(&cause.to_string())),
        ..SessionError::default()
    })
}

/// The error of an attempt to connect.
pub(super) fn from_connecting(error: &postgres::Error, settings: &ConnectionSettings) -> SessionError {
    if let Some(error) = error.as_db_error() {
        return from_server(error);
    }
    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    SessionError {
        sqlstate: "08001".into(),
        message: format!("could not connect to {}", describe(settings)),
        detail: Some(sentence(&reason)),
        hint: Some("Is the server running there, and does it accept connections?".into()),
        ..SessionError::default()
    }
}

fn from_server(error: &DbError) -> SessionError {
    SessionError {
        sqlstate: error.code().code().to_owned(),
        message: error.message().to_owned(),
        detail: error.detail().map(ToOwned::to_owned),
        hint: error.hint().map(ToOwned::to_owned),
        position: match error.position() {
            Some(ErrorPosition::Original(position)) => Some(*position),
            Some(ErrorPosition::Internal { .. }) | None => None,
        },
        context: error.where_().map(ToOwned::to_owned),
    }
}

/// `database "shop" on "db.example", port 5432`.
fn describe(settings: &ConnectionSettings) -> String {
    let servers: Vec<String> = settings.endpoints.iter().map(describe_endpoint).collect();
    format!("database \"{}\" on {}", settings.dbname.as_deref().unwrap_or(""), servers.join(" or "))
}

fn describe_endpoint(endpoint: &Endpoint) -> String {
    let host = endpoint.host.as_ref().map_or("localhost", crate::settings::Host::as_str);
    format!("\"{host}\", port {}", endpoint.port.unwrap_or(crate::settings::DEFAULT_PORT))
}

/// `text` as a sentence, as DETAIL wants it.
fn sentence(text: &str) -> String {
    let mut characters = text.trim_end_matches('.').chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
