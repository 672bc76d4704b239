//! The certificate that the client shows: `sslcert`, `sslkey`, `sslcertmode`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pggit_db::session::SessionError;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Explained, certificates, failed, unreadable};
use crate::settings::{ConnectionSettings, Surroundings};

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The client's certificate and its key. A certificate file that is not there means that there is none.
pub(super) fn identity(
    settings: &ConnectionSettings,
    surroundings: &Surroundings<'_>,
) -> Result<Option<Identity>, SessionError> {
    let mode = settings.parameter("sslcertmode");
    if mode == Some("disable") {
        return Ok(None);
    }
    let file = |keyword: &str, usual: &str| {
        settings.parameter(keyword).map(PathBuf::from).or_else(|| surroundings.in_home(usual))
    };
    let certificate = file("sslcert", ".postgresql/postgresql.crt").filter(|path| path.exists());
    let Some(certificate) = certificate else {
        if mode == Some("require") {
            return Err(failed("there is no client certificate although sslcertmode=require asks for one")
                .hint("Name its file with \"sslcert\"."));
        }
        return Ok(None);
    };
    let chain = certificates("certificate file", &certificate)?;
    let key = file("sslkey", ".postgresql/postgresql.key").filter(|path| path.exists()).ok_or_else(|| {
        failed(&format!("certificate \"{}\" is there, but not its private key", certificate.display()))
            .hint("Name the file of the key with \"sslkey\".")
    })?;
    check_permissions(&key)?;
    let text = fs::read(&key).map_err(|error| unreadable("private key file", &key, &error))?;
    if text.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
        return Err(failed(&format!("private key file \"{}\" is encrypted", key.display()))
            .hint("Private keys with a passphrase are not supported; decrypt it with \"openssl pkey\"."));
    }
    let key =
        PrivateKeyDer::from_pem_slice(&text).map_err(|error| unreadable("private key file", &key, &error))?;
    Ok(Some((chain, key)))
}

/// In `BEGIN ENCRYPTED PRIVATE KEY` and in `Proc-Type: 4,ENCRYPTED`.
const ENCRYPTED: &[u8] = b"ENCRYPTED";

/// Fails for a key that others than its owner could read.
fn check_permissions(path: &Path) -> Result<(), SessionError> {
    let metadata = fs::metadata(path).map_err(|error| unreadable("private key file", path, &error))?;
    if !metadata.is_file() {
        return Err(failed(&format!("private key file \"{}\" is not a regular file", path.display())));
    }
    let refused = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    if metadata.mode() & refused != 0 {
        return Err(failed(&format!("private key file \"{}\" has group or world access", path.display()))
            .detail_of(
                "it must have permissions u=rw (0600) or less if owned by the current user, or permissions \
                 u=rw,g=r (0640) or less if owned by root",
            ));
    }
    Ok(())
}
