//! What we read of a certificate ourselves.

use std::net::IpAddr;

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::{CertificateError, Error};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Encode, EncodeValue};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::AlgorithmIdentifierOwned;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// A certificate, taken apart.
#[derive(Debug)]
pub(super) struct Certificate(x509_cert::Certificate);

impl Certificate {
    /// Takes it apart.
    pub(super) fn read(certificate: &CertificateDer<'_>) -> Result<Self, Error> {
        x509_cert::Certificate::from_der(certificate)
            .map(Self)
            .map_err(|_| CertificateError::BadEncoding.into())
    }

    /// Fails before and after the time for which it was made.
    pub(super) fn check_time(&self, now: UnixTime) -> Result<(), Error> {
        let validity = &self.0.tbs_certificate.validity;
        if now.as_secs() < validity.not_before.to_unix_duration().as_secs() {
            return Err(CertificateError::NotValidYet.into());
        }
        if now.as_secs() > validity.not_after.to_unix_duration().as_secs() {
            return Err(CertificateError::Expired.into());
        }
        Ok(())
    }

    /// Whether `issuer` has signed it.
    pub(super) fn is_signed_by(&self, issuer: &Self, algorithms: &WebPkiSupportedAlgorithms) -> bool {
        let own = &self.0.tbs_certificate;
        let (Some(signature), Ok(message)) = (self.0.signature.as_bytes(), own.to_der()) else {
            return false;
        };
        let wanted = content(&self.0.signature_algorithm);
        let algorithms: Vec<_> = algorithms
            .all
            .iter()
            .copied()
            .filter(|algorithm| wanted.as_deref() == Some(algorithm.signature_alg_id().as_ref()))
            .collect();
        own.issuer == issuer.0.tbs_certificate.subject && issuer.has_signed(&message, signature, &algorithms)
    }

    /// Whether its key has made a signature.
    pub(super) fn has_signed(
        &self,
        message: &[u8],
        signature: &[u8],
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> bool {
        let key = &self.0.tbs_certificate.subject_public_key_info;
        let (kind, Some(key)) = (content(&key.algorithm), key.subject_public_key.as_bytes()) else {
            return false;
        };
        algorithms
            .iter()
            .filter(|algorithm| kind.as_deref() == Some(algorithm.public_key_alg_id().as_ref()))
            .any(|algorithm| algorithm.verify_signature(key, message, signature).is_ok())
    }

    /// Whether it is for a host: by its alternative names, or by its common name where it has none of that sort.
    pub(super) fn is_for(&self, name: &ServerName<'_>) -> bool {
        let alternatives = self.0.tbs_certificate.get::<SubjectAltName>();
        let Ok(alternatives) = alternatives else { return false };
        let names = alternatives.map(|(_, names)| names.0).unwrap_or_default();
        let host = name.to_str();
        let address = match name {
            ServerName::IpAddress(address) => Some(IpAddr::from(*address)),
            _ => None,
        };
        let has_names =
            names.iter().any(|name| matches!(name, GeneralName::DnsName(_) | GeneralName::IpAddress(_)));
        let fits = names.iter().any(|name| match (name, address) {
            (GeneralName::IpAddress(bytes), Some(address)) => match address {
                IpAddr::V4(address) => bytes.as_bytes() == address.octets(),
                IpAddr::V6(address) => bytes.as_bytes() == address.octets(),
            },
            (GeneralName::DnsName(pattern), None) => matches(pattern.as_str(), &host),
            _ => false,
        });
        fits || !has_names
            && self.common_name().is_some_and(|common| match address {
                Some(address) => common.parse() == Ok(address),
                None => matches(&common, &host),
            })
    }

    /// The last common name of its subject.
    fn common_name(&self) -> Option<String> {
        let subject = &self.0.tbs_certificate.subject;
        let names = subject.0.iter().flat_map(|names| names.0.iter());
        let name = names.rev().find(|name| name.oid == COMMON_NAME)?;
        String::from_utf8(name.value.value().to_vec()).ok()
    }
}

/// What stands in the SEQUENCE of an algorithm's name.
fn content(algorithm: &AlgorithmIdentifierOwned) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    algorithm.encode_value(&mut bytes).ok().map(|()| bytes)
}

/// Whether a host fits a name, which may begin with `*.` for one label.
fn matches(pattern: &str, host: &str) -> bool {
    let host = host.trim_end_matches('.');
    if pattern.eq_ignore_ascii_case(host) {
        return !pattern.is_empty();
    }
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        (Some(pattern), Some((label, host))) => {
            !label.is_empty() && pattern.contains('.') && pattern.eq_ignore_ascii_case(host)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_with_a_star_stand_for_one_label() {
        for (pattern, host, expected) in [
            ("db.example.com", "DB.Example.com", true),
            ("db.example.com", "db.example.com.", true),
            ("*.example.com", "db.example.com", true),
            ("*.example.com", "a.db.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.com", "example.com", false),
            ("d*.example.com", "db.example.com", false),
            ("", "", false),
        ] {
            assert_eq!(matches(pattern, host), expected, "{pattern} {host}");
        }
    }
}
