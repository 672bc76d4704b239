//! Whether a server's certificate is good enough for the `sslmode`.
//!
//! The chain is checked by webpki. What it refuses on principle and libpq takes, is checked here: a server's own
//! certificate as root certificate, certificates of X.509 version 1 (PostgreSQL's manual tells how to make both), and
//! host names in the common name alone.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::certificate::Certificate;

/// What is asked of a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// That an authority we trust has signed it.
    Authority,
    /// The same, and that it is for the host.
    AuthorityAndName,
}

/// Checks certificates of servers.
#[derive(Debug)]
pub(super) struct Verifier {
    trust: Option<Trust>,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
struct Trust {
    asked: Asked,
    chains: Arc<WebPkiServerVerifier>,
    roots: Vec<CertificateDer<'static>>,
    /// Only webpki looks at lists of revoked certificates.
    checks_revocation: bool,
}

impl Verifier {
    /// Takes every certificate; the server has to have its key, though.
    pub(super) fn of_nothing(provider: &CryptoProvider) -> Self {
        Self { trust: None, algorithms: provider.signature_verification_algorithms }
    }

    /// Trusts what `roots` have signed and `revoked` doesn't name; an error is a reason.
    pub(super) fn new(
        roots: Vec<CertificateDer<'static>>,
        revoked: Vec<CertificateRevocationListDer<'static>>,
        asked: Asked,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, String> {
        let mut store = RootCertStore::empty();
        let (usable, _) = store.add_parsable_certificates(roots.iter().cloned());
        if usable == 0 {
            return Err("none is a valid certificate".to_owned());
        }
        let algorithms = provider.signature_verification_algorithms;
        let checks_revocation = !revoked.is_empty();
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider)
            .with_crls(revoked)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { trust: Some(Trust { asked, chains, roots, checks_revocation }), algorithms })
    }
}

impl Trust {
    fn verify(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<(), Error> {
        let refused = match self.chains.verify_server_cert(certificate, intermediates, name, &[], now) {
            Ok(_) => return Ok(()),
            Err(Error::InvalidCertificate(reason)) => reason,
            Err(error) => return Err(error),
        };
        match refused {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {}
            CertificateError::Other(ref other)
                if !self.checks_revocation && TAKEN_BY_LIBPQ.contains(&other.to_string().as_str()) =>
            {
                self.verify_directly(certificate, now, algorithms)?;
            }
            refused => return Err(refused.into()),
        }
        match self.asked {
            Asked::Authority => Ok(()),
            Asked::AuthorityAndName if Certificate::read(certificate)?.is_for(name) => Ok(()),
            Asked::AuthorityAndName => Err(match refused {
                CertificateError::Other(_) => CertificateError::NotValidForName,
                refused => refused,
            }
            .into()),
        }
    }

    /// A certificate that is itself trusted, or signed by one that is.
    fn verify_directly(
        &self,
        certificate: &CertificateDer<'_>,
        now: UnixTime,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<(), Error> {
        let read = Certificate::read(certificate)?;
        read.check_time(now)?;
        let is_root = self.roots.iter().any(|root| root.as_ref() == certificate.as_ref());
        let signed_by = |root: &CertificateDer<'_>| {
            Certificate::read(root)
                .is_ok_and(|root| root.check_time(now).is_ok() && read.is_signed_by(&root, algorithms))
        };
        if is_root || self.roots.iter().any(signed_by) {
            return Ok(());
        }
        Err(CertificateError::UnknownIssuer.into())
    }
}

/// webpki's words for certificates that it refuses whoever signed them.
const TAKEN_BY_LIBPQ: [&str; 2] = ["CaUsedAsEndEntity", UNSUPPORTED_VERSION];

const UNSUPPORTED_VERSION: &str = "UnsupportedCertVersion";

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(trust) = &self.trust {
            trust.verify(certificate, intermediates, name, now, &self.algorithms)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
            .or_else(|error| self.verify_of_version_1(error, message, certificate, signed))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
            .or_else(|error| self.verify_of_version_1(error, message, certificate, signed))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl Verifier {
    /// The signature of a server whose certificate is of version 1, which webpki does not read.
    fn verify_of_version_1(
        &self,
        error: Error,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match &error {
            Error::InvalidCertificate(CertificateError::Other(other))
                if other.to_string() == UNSUPPORTED_VERSION => {}
            _ => return Err(error),
        }
        let candidates = self.algorithms.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme);
        let algorithms = candidates.map_or(&[][..], |(_, algorithms)| algorithms);
        if Certificate::read(certificate)?.has_signed(message, signed.signature(), algorithms) {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(CertificateError::BadSignature.into())
        }
    }
}
