//! TLS as libpq does it (manual: "SSL Support"): which certificates are asked for, shown and trusted.
//!
//! Nothing is read before a connection over TLS is tried.

mod certificate;
mod client;
mod verifier;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pggit_db::session::SessionError;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use rustls::{ClientConfig, SupportedProtocolVersion, version};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::settings::{ConnectionSettings, SslMode, Surroundings};
use verifier::{Asked, Verifier};

/// The name of PostgreSQL's protocol for servers that are addressed in TLS from the first byte.
const PROTOCOL_NAME: &[u8] = b"postgresql";

/// What is known of how to make connections over TLS.
pub(super) fn connector(
    settings: &ConnectionSettings,
    surroundings: &Surroundings<'_>,
) -> Result<MakeRustlsConnect, SessionError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&versions(settings)?)
        .map_err(|error| failed(&format!("TLS can't be used: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier(settings, surroundings, provider)?));
    let mut config = match client::identity(settings, surroundings)? {
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|error| failed(&format!("client certificate and private key can't be used: {error}")))?,
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = settings.parameter("sslsni") != Some("0");
    if settings.parameter("sslnegotiation") == Some("direct") {
        config.alpn_protocols = vec![PROTOCOL_NAME.to_vec()];
    }
    Ok(MakeRustlsConnect::new(config))
}

/// The protocol versions between those that the settings name.
fn versions(settings: &ConnectionSettings) -> Result<Vec<&'static SupportedProtocolVersion>, SessionError> {
    let highest = settings.parameter("ssl_max_protocol_version").unwrap_or("TLSv1.3");
    let lowest = settings.parameter("ssl_min_protocol_version").unwrap_or("TLSv1.2");
    let offered = [("TLSv1.2", &version::TLS12), ("TLSv1.3", &version::TLS13)];
    let versions: Vec<_> = offered
        .into_iter()
        .filter(|(name, _)| (lowest..=highest).contains(name))
        .map(|(_, version)| version)
        .collect();
    if versions.is_empty() {
        return Err(failed("no version of TLS that is supported is in the range asked for")
            .hint("Supported are TLSv1.2 and TLSv1.3."));
    }
    Ok(versions)
}

fn verifier(
    settings: &ConnectionSettings,
    surroundings: &Surroundings<'_>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, SessionError> {
    let Some(roots) = roots(settings, surroundings)? else { return Ok(Verifier::of_nothing(&provider)) };
    let asked = match settings.ssl_mode {
        Some(SslMode::VerifyFull) => Asked::AuthorityAndName,
        _ => Asked::Authority,
    };
    Verifier::new(roots, revocations(settings, surroundings)?, asked, provider)
        .map_err(|reason| failed(&format!("root certificates can't be used: {reason}")))
}

/// The certificates that are trusted; nothing where the server's certificate isn't to be checked. As in libpq a root
/// certificate that is there is used whatever the mode is.
fn roots(
    settings: &ConnectionSettings,
    surroundings: &Surroundings<'_>,
) -> Result<Option<Vec<CertificateDer<'static>>>, SessionError> {
    let must_check = settings.ssl_mode.is_some_and(|mode| mode >= SslMode::VerifyCa);
    let named = settings.parameter("sslrootcert");
    if named == Some("system") {
        if settings.ssl_mode != Some(SslMode::VerifyFull) {
            return Err(failed("weak sslmode can't be used with sslrootcert=system")
                .hint("Use \"sslmode=verify-full\"."));
        }
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            let reasons: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
            return Err(failed("the system has no root certificates").detail_of(&reasons.join("; ")));
        }
        return Ok(Some(found.certs));
    }
    let path = named.map(PathBuf::from).or_else(|| surroundings.in_home(".postgresql/root.crt"));
    match path {
        Some(path) if path.exists() => certificates("root certificate file", &path).map(Some),
        _ if !must_check => Ok(None),
        Some(path) => {
            Err(failed(&format!("root certificate file \"{}\" does not exist", path.display())).hint(
                "Either provide the file, use the system's trusted roots with \"sslrootcert=system\", or change \
                 sslmode to disable server certificate verification.",
            ))
        }
        None => Err(failed("there is no home directory to find the root certificate file in")
            .hint("Name the file with \"sslrootcert\".")),
    }
}

/// The lists of revoked certificates.
fn revocations(
    settings: &ConnectionSettings,
    surroundings: &Surroundings<'_>,
) -> Result<Vec<CertificateRevocationListDer<'static>>, SessionError> {
    let mut files: Vec<PathBuf> = settings.parameter("sslcrl").map(PathBuf::from).into_iter().collect();
    if let Some(directory) = settings.parameter("sslcrldir").map(PathBuf::from) {
        let entries = fs::read_dir(&directory)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(|error| unreadable("directory of revocation lists", &directory, &error))?;
        files.extend(entries.iter().map(fs::DirEntry::path));
        files.sort();
    }
    if files.is_empty() {
        files.extend(surroundings.in_home(".postgresql/root.crl").filter(|path| path.exists()));
    }
    let mut lists = Vec::new();
    for path in files {
        let what = "certificate revocation list";
        let text = fs::read(&path).map_err(|error| unreadable(what, &path, &error))?;
        for list in CertificateRevocationListDer::pem_slice_iter(&text) {
            lists.push(list.map_err(|error| unreadable(what, &path, &error))?);
        }
    }
    Ok(lists)
}

/// The certificates in a file, of which there has to be one.
fn certificates(what: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, SessionError> {
    let text = fs::read(path).map_err(|error| unreadable(what, path, &error))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let certificates = certificates.map_err(|error| unreadable(what, path, &error))?;
    if certificates.is_empty() {
        return Err(unreadable(what, path, &"there is no certificate in it"));
    }
    Ok(certificates)
}

fn unreadable(what: &str, path: &Path, reason: &dyn std::fmt::Display) -> SessionError {
    failed(&format!("could not read {what} \"{}\": {reason}", path.display()))
}

/// An error of what the connection needs on this side.
fn failed(message: &str) -> SessionError {
    SessionError { sqlstate: "08001".into(), message: message.to_owned(), ..SessionError::default() }
}

/// The parts that users see.
trait Explained {
    fn hint(self, hint: &str) -> Self;
    fn detail_of(self, reason: &str) -> Self;
}

impl Explained for SessionError {
    fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    fn detail_of(mut self, reason: &str) -> Self {
        self.detail = Some(super::error::sentence(reason)).filter(|_| !reason.is_empty());
        self
    }
}
