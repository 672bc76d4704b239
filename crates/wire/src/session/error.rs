//! From the client library's errors to [`SessionError`].

use std::error::Error as _;
use std::path::Path;

use pggit_db::session::SessionError;
use tokio_postgres::error::{DbError, ErrorPosition, Severity};

use crate::settings::{ConnectionSettings, Endpoint, Host};

/// What an error means for the connection.
pub(super) enum Failure {
    /// The statement failed; the connection can be used.
    Statement(SessionError),
    /// The connection can't be used any more.
    Connection(SessionError),
    /// The server waits for the data of a COPY, which nothing but that data or its own end gets it out of.
    AwaitsCopy(SessionError),
}

pub(super) fn classify(error: &tokio_postgres::Error, settings: &ConnectionSettings) -> Failure {
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

/// Whether the server has ended the session with it, though the end of the line may not have come yet.
pub(super) fn ends_session(error: &tokio_postgres::Error) -> bool {
    let severity = error.as_db_error().and_then(DbError::parsed_severity);
    matches!(severity, Some(Severity::Fatal | Severity::Panic))
}

/// The error of an attempt to connect to one server; `password` says where the password came from, if there was one: a
/// file, or the settings.
pub(super) fn from_connecting(
    error: &tokio_postgres::Error,
    settings: &ConnectionSettings,
    endpoint: &Endpoint,
    password: Option<Option<&Path>>,
) -> SessionError {
    if let Some(error) = error.as_db_error() {
        let mut error = from_server(error);
        if error.detail.is_none() {
            let from = match password.flatten().filter(|_| error.sqlstate == WRONG_PASSWORD) {
                Some(file) => format!(" The password is from \"{}\".", file.display()),
                None => String::new(),
            };
            error.detail = Some(format!("The server is {}.{from}", describe_endpoint(endpoint)));
        }
        return error;
    }
    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    if reason == "password missing" {
        return SessionError {
            sqlstate: WRONG_PASSWORD.into(),
            message: "no password supplied".into(),
            detail: Some(format!(
                "The server, {}, asks for one for user \"{}\".",
                describe_endpoint(endpoint),
                settings.user.as_deref().unwrap_or("")
            )),
            hint: Some("Set PGPASSWORD, or put the password into the file ~/.pgpass.".into()),
            ..SessionError::default()
        };
    }
    if is_of_tls(error) {
        let reason = error.source().map_or_else(|| reason.clone(), of_tls);
        return SessionError {
            hint: hint_of_tls(&reason),
            ..without_connection(endpoint, settings, &reason)
        };
    }
    unreachable(endpoint, settings, &reason)
}

/// No server there, or none that answers.
pub(super) fn unreachable(endpoint: &Endpoint, settings: &ConnectionSettings, reason: &str) -> SessionError {
    SessionError { hint: Some(IS_IT_THERE.into()), ..without_connection(endpoint, settings, reason) }
}

/// No address for a host's name.
pub(super) fn unresolved(endpoint: &Endpoint, reason: &str) -> SessionError {
    let host = endpoint.host.as_ref().map_or("localhost", Host::as_str);
    SessionError {
        sqlstate: "08001".into(),
        message: format!("could not translate host name \"{host}\" to an address"),
        detail: Some(sentence(reason)),
        ..SessionError::default()
    }
}

/// The error of several servers, of which none would do.
pub(super) fn of_all(
    mut refusals: Vec<(Endpoint, SessionError)>,
    settings: &ConnectionSettings,
) -> SessionError {
    if refusals.len() == 1
        && let Some((_, error)) = refusals.pop()
    {
        return error;
    }
    let lines: Vec<String> = refusals
        .iter()
        .map(|(endpoint, error)| {
            let reason = match (&error.detail, error.message.starts_with("could not connect")) {
                (Some(detail), true) => detail.clone(),
                _ => sentence(&error.message),
            };
            format!("{}: {reason}", describe_endpoint(endpoint))
        })
        .collect();
    SessionError {
        sqlstate: "08001".into(),
        message: format!("could not connect to {}", describe(settings)),
        detail: Some(lines.join("\n")),
        ..SessionError::default()
    }
}

/// An error of a statement of ours while connecting.
pub(super) fn plain(error: &tokio_postgres::Error) -> SessionError {
    match error.as_db_error() {
        Some(error) => from_server(error),
        None => {
            SessionError { sqlstate: "08006".into(), message: error.to_string(), ..SessionError::default() }
        }
    }
}

/// Whether the line could not be secured.
pub(super) fn is_of_tls(error: &tokio_postgres::Error) -> bool {
    error.to_string() == "error performing TLS handshake"
}

const WRONG_PASSWORD: &str = "28P01";

const IS_IT_THERE: &str = "Is the server running there, and does it accept connections?";

fn without_connection(endpoint: &Endpoint, settings: &ConnectionSettings, reason: &str) -> SessionError {
    let database = settings.dbname.as_deref().unwrap_or("");
    SessionError {
        sqlstate: "08001".into(),
        message: format!("could not connect to database \"{database}\" on {}", describe_endpoint(endpoint)),
        detail: Some(sentence(reason)),
        ..SessionError::default()
    }
}

/// The innermost reason why a line could not be secured, in words of ours where the library's are none.
fn of_tls(error: &(dyn std::error::Error + 'static)) -> String {
    let inner = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref)
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(reason)) = inner else {
        return match inner {
            Some(rustls::Error::AlertReceived(alert)) => format!("the server refused TLS: {alert:?}"),
            _ => error.to_string(),
        };
    };
    use rustls::CertificateError as C;
    let said = match reason {
        C::UnknownIssuer => UNTRUSTED,
        C::Expired | C::ExpiredContext { .. } => "it has expired",
        C::NotValidYet | C::NotValidYetContext { .. } => "it is not valid yet",
        C::Revoked => "it has been revoked",
        C::BadEncoding => "it is not well formed",
        C::BadSignature => "its signature is wrong",
        C::NotValidForName | C::NotValidForNameContext { .. } => OTHER_HOST,
        other => return format!("certificate verify failed: {other}"),
    };
    format!("certificate verify failed: {said}")
}

const UNTRUSTED: &str = "no authority that is trusted has signed it";

const OTHER_HOST: &str = "it is for another host";

fn hint_of_tls(reason: &str) -> Option<String> {
    if reason.ends_with(UNTRUSTED) {
        return Some("Name the file with the authority's certificate by \"sslrootcert\".".into());
    }
    if reason.ends_with(OTHER_HOST) {
        return Some("Connect by the name that the certificate has, or use \"sslmode=verify-ca\".".into());
    }
    (reason == "server does not support TLS")
        .then(|| "Use \"sslmode=prefer\" or \"disable\" on a network that you trust.".into())
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
    let host = match (&endpoint.host, endpoint.address) {
        (Some(host), _) => host.as_str().to_owned(),
        (None, Some(address)) => address.to_string(),
        (None, None) => "localhost".to_owned(),
    };
    format!("\"{host}\", port {}", endpoint.port.unwrap_or(crate::settings::DEFAULT_PORT))
}

/// `text` as a sentence, as DETAIL wants it.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.trim_end_matches('.').chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
